import type { Clock } from "../kernel/ports.ts";
import { shownAt } from "../protocol/amend.ts";
import type { Entry } from "../protocol/entry.ts";
import { entryFromJson } from "../protocol/entry-json.ts";
import type { AppId, SessionId } from "../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../protocol/limits.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";

/** A session of an app. Nothing here asks who may read it: whoever calls has decided that. */
export interface SessionKey {
  readonly app: AppId;
  readonly sessionId: SessionId;
}

/** The bytes are added up by the server, which would else send a multiple of what is kept. */
const ENTRIES = `SELECT entry FROM (
    SELECT w.key AS nth, e.entry, sum(length(e.entry)) OVER (ORDER BY w.key) AS bytes, length(e.entry) AS own
    FROM json_each(:seqs) w JOIN entries e ON e.app = :app AND e.session = :session AND e.seq = w.value
  ) WHERE bytes <= :maxBytes OR bytes = own ORDER BY nth`;

/** Reads sessions from the archive. Throws `UNAVAILABLE` while it cannot be reached. */
export class ArchiveReader {
  readonly #client: ArchiveClient;
  readonly #clock: Clock;

  constructor(client: ArchiveClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** These entries, in this order, until `maxBytes` is reached; one always fits. Those that are not here are left out. */
  async entries(
    { app, sessionId }: SessionKey,
    seqIds: readonly number[],
    maxBytes = MAX_BATCH_BYTES,
  ): Promise<Entry[]> {
    const args = { app, session: sessionId, seqs: JSON.stringify(seqIds), maxBytes };
    const { rows } = await reach(() => this.#client.execute({ sql: ENTRIES, args }));
    const nowMs = this.#clock.nowMs();
    return rows.map((row) => shownAt(nowMs, entryFromJson(String(row.entry))));
  }
}
