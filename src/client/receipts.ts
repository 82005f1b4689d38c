import type { Environment } from "./environment.ts";
import type { Requests } from "./requests.ts";

/** What arrives within this time is told together. */
const GATHER_MS = 500;

/** Tells the server how far this device has received a session: one request at a time for each, for the newest message. */
export class Receipts {
  readonly #environment: Environment;
  readonly #requests: Requests;
  readonly #readSeqId: (sessionId: string) => number;
  /** The newest that is to be told. */
  readonly #due = new Map<string, number>();
  readonly #busy = new Map<string, () => void>();
  #isClosed = false;

  /** What is read is received: `readSeqId` need not be told. */
  constructor(environment: Environment, requests: Requests, readSeqId: (sessionId: string) => number) {
    this.#environment = environment;
    this.#requests = requests;
    this.#readSeqId = readSeqId;
  }

  received(sessionId: string, seqId: number): void {
    this.#due.set(sessionId, seqId);
    if (!this.#busy.has(sessionId)) this.#gather(sessionId);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#busy.values()) cancel();
  }

  #gather(sessionId: string): void {
    const cancel = this.#environment.after(GATHER_MS, () => void this.#tell(sessionId));
    this.#busy.set(sessionId, cancel);
  }

  async #tell(sessionId: string): Promise<void> {
    const seqId = this.#due.get(sessionId) ?? 0;
    this.#due.delete(sessionId);
    if (seqId > this.#readSeqId(sessionId)) {
      // Nothing is lost when it fails: the next message tells of this one, too.
      await this.#requests.ask({ type: "msg.received", sessionId, seqId }).catch(() => {});
    }
    if (this.#due.has(sessionId) && !this.#isClosed) this.#gather(sessionId);
    else this.#busy.delete(sessionId);
  }
}
