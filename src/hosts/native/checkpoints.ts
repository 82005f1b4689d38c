import { Worker } from "node:worker_threads";

/** Commits of so long are copied together. */
const PAUSE_MS = 100;

/**
 * A thread that copies what is committed into the database, beside the server. By itself SQLite does that within a commit, now and
 * then, and everybody waits for as long.
 */
export class Checkpoints {
  readonly #worker: Worker;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(file: string, onFault: (fault: unknown) => void) {
    this.#worker = new Worker(new URL("./checkpoint-thread.ts", import.meta.url), { workerData: file });
    // Without it the server's own checkpoints do all of it, as before.
    this.#worker.on("error", onFault);
    this.#worker.unref();
  }

  /** Something was committed. */
  committed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#worker.postMessage("copy");
    }, PAUSE_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#worker.terminate();
  }
}
