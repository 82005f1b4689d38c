import { createHash, timingSafeEqual } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { Connection } from "./connection.ts";
import { Pipeline } from "./protocol.ts";
import { Stream } from "./stream.ts";
import { Streams } from "./streams.ts";
import { WriterTurns } from "./writer-turns.ts";

export interface ArchiveServerOptions {
  readonly file: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly token?: string | undefined;
  /** After which a stream without requests is closed and rolled back. */
  readonly idleMs?: number | undefined;
}

const MAX_BODY_BYTES = 33_554_432;
const IDLE_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const fault = (status: number, code: string, message: string): Answer => ({ status, body: { message, code } });

/**
 * A libSQL server for development and tests, in front of the engine that `@libsql/client` uses for files. It serves the
 * unmodified client over HTTP, on loopback only.
 */
export class ArchiveServer {
  readonly url: string;
  readonly #server: Server;
  readonly #streams: Streams;

  private constructor(server: Server, streams: Streams) {
    this.#server = server;
    this.#streams = streams;
    const { port } = server.address() as AddressInfo; // SAFETY: it listens on TCP
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start({ file, port, token, idleMs = IDLE_MS }: ArchiveServerOptions): Promise<ArchiveServer> {
    mkdirSync(dirname(file), { recursive: true });
    const turns = new WriterTurns();
    new Connection(file, turns).close(); // a file that cannot be opened is told now
    const streams = new Streams(() => new Stream(new Connection(file, turns)), idleMs);
    const server = createServer((request, response) => void serve(request, response, { streams, token }));
    // Longer than clients keep a connection that they do not use: else they write into one that was just closed.
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
    await promise;
    return new ArchiveServer(server, streams);
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
    this.#streams.close();
  }
}

interface Serving {
  readonly streams: Streams;
  readonly token: string | undefined;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerTo(request, serving);
  } catch (error) {
    console.error(error);
    answer = fault(500, "SERVER_ERROR", "internal error");
  }
  response.writeHead(answer.status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(answer.body));
}

async function answerTo(request: IncomingMessage, { streams, token }: Serving): Promise<Answer> {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /health" || route === "GET /v2") return { status: 200, body: {} };
  if (route !== "POST /v2/pipeline") return fault(404, "NOT_FOUND", "only Hrana 2 in JSON is served");
  if (token !== undefined && !isToken(request.headers.authorization, token))
    return fault(401, "UNAUTHORIZED", "a wrong token");
  const body = await bodyOf(request);
  if (body === undefined) return fault(413, "TOO_LARGE", `a pipeline has at most ${MAX_BODY_BYTES} bytes`);
  const pipeline = parsed(body);
  if (pipeline === undefined) return fault(400, "HRANA_PROTO_ERROR", "no pipeline of Hrana 2");
  const result = await streams.handle(pipeline.baton ?? undefined, pipeline.requests);
  if (result === undefined) return fault(400, "STREAM_EXPIRED", "the stream has expired, or its baton was used before");
  return { status: 200, body: result };
}

function isToken(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function parsed(body: string) {
  try {
    return Pipeline.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const body = request as AsyncIterable<Buffer>; // SAFETY: no encoding was set
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
