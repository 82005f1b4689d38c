import type { Effects } from "../../kernel/effects.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { PackId } from "../../protocol/ids.ts";
import type { AppendItem, AppendResult } from "../../protocol/rpc/session-call.ts";
import type { Amendments } from "./amendments.ts";
import type { Due, ExpiryStore } from "./expiry-store.ts";
import type { SessionFeature } from "./feature.ts";
import { IMPORT_RESTS_MS, type ImportBook } from "./import-book.ts";
import type { Log } from "./log.ts";

/** Messages of one event that expire; what else is due follows at once in the next. */
const MAX_AT_ONCE = 256;

interface ExpiryPorts {
  readonly store: ExpiryStore;
  readonly log: Log;
  readonly amendments: Amendments;
  readonly clock: Clock;
  readonly effects: Effects;
  readonly imports: ImportBook;
}

/** Messages with a time to live: each is a row until then, and the room's alarm ends it. */
export class Expiry implements SessionFeature {
  readonly #ports: ExpiryPorts;

  constructor(ports: ExpiryPorts) {
    this.#ports = ports;
  }

  /** Of what was appended just now, those that expire. */
  watch(items: readonly AppendItem[], results: AppendResult): void {
    for (const [index, { ttlMs }] of items.entries()) {
      const result = results[index];
      if (ttlMs === undefined || result?.ok !== true || result.value.repeated) continue;
      const { seqId, timestamp } = result.value;
      this.#ports.store.put({ atMs: timestamp + ttlMs, seqId });
      this.#ports.effects.wakeAt(timestamp + ttlMs);
    }
  }

  imported(entry: Entry): void {
    if (entry.kind !== "message" || entry.expiresAt === undefined || entry.gone !== undefined) return;
    this.#ports.store.put({ atMs: entry.expiresAt, seqId: entry.seqId });
    this.#ports.effects.wakeAt(entry.expiresAt);
  }

  alarm(): void {
    const { store, clock, effects, imports } = this.#ports;
    const nowMs = clock.nowMs();
    const waitMs = imports.waitMs(IMPORT_RESTS_MS);
    if (waitMs > 0) {
      if (store.first(1).length > 0) effects.wakeAt(nowMs + waitMs);
      return;
    }
    const first = store.first(MAX_AT_ONCE + 1);
    const due = first.slice(0, MAX_AT_ONCE).filter(({ atMs }) => atMs <= nowMs);
    for (const one of due) this.#expire(one);
    const next = first[due.length];
    if (next !== undefined) effects.wakeAt(next.atMs);
  }

  #expire(due: Due): void {
    const { store, log, amendments } = this.#ports;
    store.remove(due);
    const message = log.stored(due.seqId);
    if (message?.kind !== "message" || message.gone !== undefined) return;
    const packId = `expire-${due.seqId}` as PackId; // SAFETY: printable, and short enough for every integer
    amendments.end(message, "expire", { by: message.from, asked: { packId } });
  }
}
