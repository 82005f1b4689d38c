import type { Clock } from "../../kernel/ports.ts";
import { shownAt } from "../../protocol/amend.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { ImportedCall } from "../../protocol/rpc/import-call.ts";
import type { ImportRow, ImportStore } from "./import-store.ts";
import type { Log } from "./log.ts";

/**
 * So long an import may pause, and nothing is appended by the room itself: what follows would not be what was written elsewhere.
 * What has expired is not shown meanwhile.
 */
export const IMPORT_RESTS_MS = 3_600_000;

interface BookPorts {
  readonly sessionId: SessionId;
  readonly store: ImportStore;
  readonly log: Log;
  readonly clock: Clock;
}

const NOTHING: ImportRow = { seqId: 0, atMs: 0 };

/** How much of the log was written elsewhere. Read once per instance: nearly always nothing. */
export class ImportBook {
  readonly #ports: BookPorts;
  #row: ImportRow | undefined;

  constructor(ports: BookPorts) {
    this.#ports = ports;
  }

  /** Entries up to here were imported. */
  get seqId(): number {
    return this.#known.seqId;
  }

  /** The log up to its end was imported, now. */
  put(): void {
    const { store, log, clock } = this.#ports;
    const row = { seqId: log.headSeqId, atMs: clock.nowMs() };
    store.put(row);
    this.#row = row;
  }

  /** How long until nothing was imported for `restMs`; 0 once the session has gone on. A clock that was put back makes it no longer. */
  waitMs(restMs: number): number {
    const { log, clock } = this.#ports;
    const { seqId, atMs } = this.#known;
    if (seqId === 0 || log.headSeqId > seqId) return 0;
    const waitMs = atMs + restMs - clock.nowMs();
    return waitMs > restMs ? 0 : Math.max(0, waitMs);
  }

  /** What is told of (after, lastSeqId]. */
  summary(after: number, lastSeqId: number): ImportedCall {
    const { store, sessionId, clock } = this.#ports;
    const newest = store.newest(lastSeqId);
    if (newest === undefined) throw new Error("an import that begins with a control entry");
    const last = shownAt(clock.nowMs(), newest);
    return { type: "imported", sessionId, firstSeqId: after + 1, lastSeqId, last };
  }

  get #known(): ImportRow {
    this.#row ??= this.#ports.store.find() ?? NOTHING;
    return this.#row;
  }
}
