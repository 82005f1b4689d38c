import { randomBytes } from "node:crypto";
import type { StreamRequest, StreamResult } from "./protocol.ts";
import type { Stream } from "./stream.ts";

interface Open {
  readonly stream: Stream;
  readonly timer: NodeJS.Timeout;
}

/** The streams that wait for their next request, each under the baton of the last answer. */
export class Streams {
  readonly #open = new Map<string, Open>();
  readonly #start: () => Stream;
  readonly #idleMs: number;
  #working = new Set<Stream>();

  constructor(start: () => Stream, idleMs: number) {
    this.#start = start;
    this.#idleMs = idleMs;
  }

  /** `undefined`: the baton is none, was used before, or its stream was idle for too long. */
  async handle(baton: string | undefined, requests: readonly StreamRequest[]) {
    const stream = baton === undefined ? this.#start() : this.#take(baton);
    if (stream === undefined) return undefined;
    this.#working.add(stream);
    try {
      const results: StreamResult[] = await stream.handle(requests);
      return { baton: stream.isClosed ? null : this.#keep(stream), base_url: null, results };
    } catch (error) {
      stream.close();
      throw error;
    } finally {
      this.#working.delete(stream);
    }
  }

  close(): void {
    for (const { stream, timer } of this.#open.values()) {
      clearTimeout(timer);
      stream.close();
    }
    for (const stream of this.#working) stream.close();
    this.#open.clear();
  }

  #take(baton: string): Stream | undefined {
    const open = this.#open.get(baton);
    if (open === undefined) return undefined;
    this.#open.delete(baton);
    clearTimeout(open.timer);
    return open.stream;
  }

  #keep(stream: Stream): string {
    const baton = randomBytes(18).toString("base64url");
    const timer = setTimeout(() => this.#take(baton)?.close(), this.#idleMs);
    timer.unref();
    this.#open.set(baton, { stream, timer });
    return baton;
  }
}
