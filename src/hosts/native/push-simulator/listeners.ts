import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  constants,
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { TransportFault } from "./faults.ts";
import type { SimulatedAnswer, SimulatedRequest } from "./vendor.ts";

export type Reaction = SimulatedAnswer | Exclude<TransportFault, { kind: "answer" | "slow" }>;
export type React = (request: SimulatedRequest) => Promise<Reaction>;

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

async function bodyOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function plainHeaders(headers: IncomingHttpHeaders | IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

async function serveHttp(react: React, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url: path = "/", headers } = request;
  const body = await bodyOf(request);
  const reaction = await react({ method, path, headers: plainHeaders(headers), body });
  if ("kind" in reaction) {
    if (reaction.kind !== "silent") request.socket.destroy();
    return;
  }
  response.writeHead(reaction.status, { ...reaction.headers });
  response.end(reaction.body);
}

function refuse(stream: ServerHttp2Stream, kind: "drop" | "goaway" | "refuse"): void {
  if (kind === "drop") {
    stream.session?.destroy();
    return;
  }
  // Streams of clients have odd numbers: the one before this is the last that was processed.
  if (kind === "goaway") stream.session?.goaway(constants.NGHTTP2_NO_ERROR, Math.max(0, (stream.id ?? 0) - 2));
  stream.close(constants.NGHTTP2_REFUSED_STREAM);
}

async function serveHttp2(
  react: React,
  stream: ServerHttp2Stream,
  { headers, connection }: { readonly headers: IncomingHttpHeaders; readonly connection: number },
): Promise<void> {
  // A client that gives up is no fault of the simulator.
  stream.on("error", () => undefined);
  const { ":method": method = "GET", ":path": path = "/" } = headers;
  const body = await bodyOf(stream);
  const reaction = await react({ method, path, headers: plainHeaders(headers), body, connection });
  if (stream.destroyed) return;
  if (!("kind" in reaction)) {
    stream.respond({ ":status": reaction.status, ...reaction.headers });
    stream.end(reaction.body);
  } else if (reaction.kind !== "silent") refuse(stream, reaction.kind);
}

async function listening(server: Server | Http2Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  // SAFETY: a server that listens on TCP has an address with a port
  return (server.address() as AddressInfo).port;
}

export interface Listener {
  readonly url: string;
  close(): void;
}

export async function listenHttp(react: React, port: number): Promise<Listener> {
  const server = createHttpServer((request, response) => {
    serveHttp(react, request, response).catch(() => request.socket.destroy());
  });
  const url = `http://127.0.0.1:${await listening(server, port)}`;
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface Http2ListenOptions {
  readonly tls?: Tls;
  readonly maxConcurrentStreams?: number;
}

export async function listenHttp2(react: React, { tls, maxConcurrentStreams = 1000 }: Http2ListenOptions = {}) {
  const settings = { maxConcurrentStreams };
  const server =
    tls === undefined ? createHttp2Server({ settings }) : createSecureServer({ ...tls, settings, allowHTTP1: false });
  const sessions = new Map<ServerHttp2Session, number>();
  let accepted = 0;
  server.on("session", (session: ServerHttp2Session) => {
    accepted += 1;
    sessions.set(session, accepted);
    session.on("error", () => undefined);
    session.on("close", () => sessions.delete(session));
    session.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      serveHttp2(react, stream, { headers, connection: sessions.get(session) ?? 0 }).catch(() => stream.destroy());
    });
  });
  const port = await listening(server, 0);
  const listener: Listener = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    close() {
      server.close();
      for (const session of sessions.keys()) session.destroy();
    },
  };
  return listener;
}
