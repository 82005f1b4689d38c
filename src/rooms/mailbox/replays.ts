import { digestOf } from "../../kernel/digest.ts";
import type { Clock, Connection } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { PackId } from "../../protocol/ids.ts";
import type { ReplayCall, ReplayResult } from "../../protocol/rpc/mailbox-call.ts";
import type { UpFrame } from "../../protocol/up.ts";
import type { Owed } from "./desk.ts";
import type { ReplayStore } from "./replay-store.ts";

const KEEP_MS = 86_400_000;
const MAX_KEPT = 1_000;

/** Answers to requests over HTTP that named a key: the same request with that key is answered alike, and not done again. */
export class Replays {
  readonly #store: ReplayStore;
  readonly #clock: Clock;
  /** What visits ask that wait for their answer. */
  readonly #asked = new WeakMap<Connection, number>();

  constructor(store: ReplayStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** For what a route decides itself: the answer that is kept, or with an answer keeps it unless there is one. */
  replay({ key, digest, answer }: ReplayCall): ReplayResult {
    const kept = this.#find(key, digest);
    if (kept === undefined && answer !== undefined) this.#keep({ key, digest, answer });
    return { answer: kept ?? answer };
  }

  /** The answer to a visit that was answered before. */
  recall({ connection, packId }: Owed, frame: UpFrame): unknown {
    // What the session's room keeps under the packId needs no second memory.
    if (connection.state.keyed !== true || frame.type === "msg.send") return undefined;
    const digest = digestOf(JSON.stringify(frame));
    const kept = this.#find(packId, digest);
    if (kept !== undefined) return JSON.parse(kept);
    this.#asked.set(connection, digest);
    return undefined;
  }

  answered({ connection, packId }: Owed, value: unknown): void {
    const digest = this.#asked.get(connection);
    if (digest !== undefined) this.#keep({ key: packId, digest, answer: JSON.stringify(value) });
  }

  erase(): void {
    this.#store.deleteAll();
  }

  #find(key: PackId, digest: number): string | undefined {
    const row = this.#store.find(key, this.#clock.nowMs());
    if (row !== undefined && row.digest !== digest) throw new ParleyError("PACK_CONFLICT");
    return row?.answer;
  }

  #keep(row: { key: PackId; digest: number; answer: string }): void {
    const nowMs = this.#clock.nowMs();
    this.#store.put({ ...row, expiresAt: nowMs + KEEP_MS });
    this.#store.trim(nowMs, MAX_KEPT);
  }
}
