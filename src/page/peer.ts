import type { ParleyClient } from "../client/index.ts";
import type { Tick } from "./bubble.ts";

interface Cursor {
  readonly receivedSeqId: number;
  readonly readSeqId: number;
}

/** How far the other user of a single chat is. */
export class Peer {
  #cursor: Cursor = { receivedSeqId: 0, readSeqId: 0 };

  tickOf(seqId: number): Tick {
    if (seqId <= this.#cursor.readSeqId) return "read";
    return seqId <= this.#cursor.receivedSeqId ? "received" : "stored";
  }

  moved(cursor: Cursor): void {
    this.#cursor = cursor;
  }

  /** As the server knows it. Offline nothing is known yet; receipts tell the rest. */
  async fetch(client: ParleyClient, sessionId: string, me: string): Promise<void> {
    const cursors = await client.messages.cursors(sessionId).catch(() => []);
    const other = cursors.find(({ userId }) => userId !== me);
    if (other !== undefined) this.moved(other);
  }
}
