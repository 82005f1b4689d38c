import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { HttpFailure, type HttpRequest, type HttpResponse } from "../../queues/http.ts";

export interface Http2Options {
  /** Certificates to trust instead of the runtime's, as PEM. */
  readonly ca?: string;
  /** How often a connection that is kept open is checked. */
  readonly pingIntervalMs?: number;
  /** How long a ping may take before the connection counts as dead. */
  readonly pingTimeoutMs?: number;
}

const PING_INTERVAL_MS = 60_000;
const PING_TIMEOUT_MS = 10_000;

/** HTTP/1.1 headers that HTTP/2 forbids or that it has names of its own for. */
const HOP_BY_HOP = new Set(["connection", "host", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * One HTTP/2 connection. The runtimes keep requests beyond the server's limit of concurrent streams waiting by themselves, once
 * they know it; a request that a GOAWAY left unprocessed ends like a refused stream.
 */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #pingTimeoutMs: number;
  readonly #pings: ReturnType<typeof setInterval>;
  /** Resolves when the server's settings are known, or the connection has failed. */
  readonly #opened = Promise.withResolvers<void>();
  #connected = false;
  #usable = true;
  #checking = false;

  constructor(origin: string, options: Http2Options) {
    this.#session = connect(origin, options.ca === undefined ? {} : { ca: options.ca });
    this.#pingTimeoutMs = options.pingTimeoutMs ?? PING_TIMEOUT_MS;
    this.#pings = setInterval(() => this.#check(), options.pingIntervalMs ?? PING_INTERVAL_MS);
    this.#pings.unref();
    this.#session.on("connect", () => {
      this.#connected = true;
      // Settings are the first that a server sends, so they are here before the answer to a ping. Not every runtime tells
      // of their arrival.
      if (!this.#session.ping(() => this.#opened.resolve())) this.#opened.resolve();
    });
    this.#session.on("goaway", () => this.retire());
    this.#session.on("error", () => this.retire());
    this.#session.on("close", () => this.retire());
  }

  /** Whether it takes another request. */
  get usable(): boolean {
    return this.#usable && !this.#session.closed && !this.#session.destroyed;
  }

  /** Whether the server was ever there. Where it was not, another connection would not help. */
  get wasConnected(): boolean {
    return this.#connected;
  }

  /** Takes no more requests; those under way may end. */
  retire(): void {
    if (!this.#usable) return;
    this.#usable = false;
    clearInterval(this.#pings);
    this.#opened.resolve();
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close();
  }

  destroy(): void {
    this.#usable = false;
    clearInterval(this.#pings);
    this.#opened.resolve();
    if (!this.#session.destroyed) this.#session.destroy();
  }

  async send(request: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
    const late = new AbortController();
    const expired = new Promise<never>((_, reject) => {
      late.signal.addEventListener("abort", () => reject(new HttpFailure("timeout")));
    });
    const deadline = setTimeout(() => {
      late.abort();
      this.#check();
    }, timeoutMs);
    try {
      return await Promise.race([expired, this.#exchange(request, late.signal)]);
    } finally {
      clearTimeout(deadline);
    }
  }

  async #exchange(request: HttpRequest, late: AbortSignal): Promise<HttpResponse> {
    await this.#opened.promise;
    if (late.aborted) throw new HttpFailure("timeout");
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const stream = this.#session.request(pseudoHeaders(request));
    late.addEventListener("abort", () => stream.close(constants.NGHTTP2_CANCEL));
    let head: IncomingHttpHeaders | undefined;
    let failure: unknown;
    const chunks: Uint8Array[] = [];
    stream.on("response", (headers) => {
      head = headers;
    });
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", (error) => {
      failure = error;
    });
    stream.on("close", () => {
      if (head !== undefined && stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve(responseOf(head, chunks));
      else reject(new HttpFailure(this.#unprocessed(stream.rstCode) ? "refused" : "lost", failure));
    });
    stream.end(request.body);
    return await promise;
  }

  #unprocessed(rstCode: number | undefined): boolean {
    return rstCode === constants.NGHTTP2_REFUSED_STREAM || !this.#connected;
  }

  /** A dead peer does not answer pings; requests would only run into their deadlines. */
  #check(): void {
    if (this.#checking || this.#session.destroyed) return;
    this.#checking = true;
    const timer = setTimeout(() => this.destroy(), this.#pingTimeoutMs);
    timer.unref();
    // A connection that is not open yet cannot be asked: it has as long to open.
    const sent = this.#connected ? this.#session.ping(() => this.#alive(timer)) : true;
    if (!sent) this.#alive(timer);
    else if (!this.#connected) this.#session.once("connect", () => this.#alive(timer));
  }

  #alive(timer: ReturnType<typeof setTimeout>): void {
    clearTimeout(timer);
    this.#checking = false;
  }
}

function pseudoHeaders({ method, url, headers }: HttpRequest): Record<string, string> {
  const { pathname, search } = new URL(url);
  const regular = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name));
  return { ":method": method, ":path": pathname + search, ...Object.fromEntries(regular) };
}

function responseOf(head: IncomingHttpHeaders, chunks: readonly Uint8Array[]): HttpResponse {
  const headers = Object.entries(head).filter(([name]) => !name.startsWith(":"));
  return {
    status: Number(head[":status"]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
