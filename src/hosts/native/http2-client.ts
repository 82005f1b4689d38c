import { HttpFailure, type HttpRequest, type HttpResponse } from "../../queues/http.ts";
import { Http2Connection, type Http2Options } from "./http2-connection.ts";

/** How often a request that the server did not process goes out: a server that refuses everything is busy. */
const MAX_TRIES = 3;

/** One long-lived connection for each origin, replaced when it breaks or the server says that it will close it. */
export class Http2Client {
  readonly #options: Http2Options;
  readonly #connections = new Map<string, Http2Connection>();

  constructor(options: Http2Options = {}) {
    this.#options = options;
  }

  /** See {@link Http}. A request that was surely not processed is sent again on a new connection, within its deadline. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const deadlineMs = performance.now() + request.timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new HttpFailure("timeout");
      const connection = this.#connectionFor(request);
      try {
        return await connection.send(request, leftMs);
      } catch (error) {
        const failure = error instanceof HttpFailure ? error : new HttpFailure("refused", error);
        if (failure.kind !== "refused" || !connection.wasConnected || attempt >= MAX_TRIES) throw failure;
        connection.retire();
      }
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.destroy();
    this.#connections.clear();
  }

  #connectionFor({ url, connection: name = "" }: HttpRequest): Http2Connection {
    const { origin } = new URL(url);
    const key = `${origin} ${name}`;
    const open = this.#connections.get(key);
    if (open?.usable === true) return open;
    const fresh = new Http2Connection(origin, this.#options);
    this.#connections.set(key, fresh);
    return fresh;
  }
}
