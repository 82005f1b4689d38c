import type { Row } from "@libsql/client";
import type { Clock } from "../kernel/ports.ts";
import { shownAt } from "../protocol/amend.ts";
import type { Entry } from "../protocol/entry.ts";
import { entryFromJson } from "../protocol/entry-json.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult } from "../protocol/frames/message.ts";
import type { AppId, SessionId, UserId } from "../protocol/ids.ts";
import { MAX_BATCH_BYTES, MAX_HISTORY_LIMIT } from "../protocol/limits.ts";
import type { UnreadResult } from "../protocol/rpc/session-call.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";

/** A session of an app. Nothing here asks who may read it: whoever calls has decided that. */
export interface SessionKey {
  readonly app: AppId;
  readonly sessionId: SessionId;
}

export interface PageAsk {
  /** Entries below it, the newest of them; without a cursor, the last ones that are here. */
  readonly before?: number | undefined;
  /** Entries above it, the oldest of them. */
  readonly after?: number | undefined;
  readonly limit: number;
  readonly maxBytes?: number | undefined;
}

/**
 * The rows of a page. The bytes are added up by the server, which would else send a multiple of what is kept; `available`
 * says whether there were more rows than that.
 */
const pageSql = (condition: string, order: "ASC" | "DESC") => `SELECT seq, entry, available FROM (
    SELECT seq, entry, sum(length(entry)) OVER (ORDER BY seq ${order}) AS bytes, length(entry) AS own,
      count(*) OVER () AS available FROM (
      SELECT seq, entry FROM entries WHERE app = :app AND session = :session AND seq ${condition}
      ORDER BY seq ${order} LIMIT :limit
    )
  ) WHERE bytes <= :maxBytes OR bytes = own ORDER BY seq ${order}`;
const AFTER = pageSql("> :cursor", "ASC");
const BEFORE = pageSql("< :cursor", "DESC");

const ENTRIES = `SELECT entry FROM (
    SELECT w.key AS nth, e.entry, sum(length(e.entry)) OVER (ORDER BY w.key) AS bytes, length(e.entry) AS own
    FROM json_each(:seqs) w JOIN entries e ON e.app = :app AND e.session = :session AND e.seq = w.value
  ) WHERE bytes <= :maxBytes OR bytes = own ORDER BY nth`;

/** Countable entries of others in (after, upTo], but those that a control entry up to there takes back. */
const UNREAD = `SELECT count(*) AS unread, coalesce(sum(e.entry ->> '$.mentions.all' = 1 OR EXISTS (
    SELECT 1 FROM json_each(e.entry, '$.mentions.users') WHERE value = :user
  )), 0) AS mentions
  FROM entries e WHERE e.app = :app AND e.session = :session AND e.seq > :after AND e.seq <= :upTo
  AND e.countable = 1 AND e.sender <> :user AND NOT EXISTS (
    SELECT 1 FROM entries c WHERE c.app = :app AND c.session = :session AND c.target = e.seq AND c.seq <= :upTo
    AND c.entry ->> '$.control.uncounts' = 1
  )`;

/** Reads sessions from the archive. Throws `UNAVAILABLE` while it cannot be reached. */
export class ArchiveReader {
  readonly #client: ArchiveClient;
  readonly #clock: Clock;

  constructor(client: ArchiveClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * A page like the session room's own: ascending, with `more` in the direction of reading. It has no holes: it ends where
   * the archive does not have an entry yet, and is `UNAVAILABLE` when that is the one next to the cursor.
   */
  async page({ app, sessionId }: SessionKey, ask: PageAsk): Promise<HistoryResult> {
    const { limit, maxBytes = MAX_BATCH_BYTES } = ask;
    const cursor = ask.after ?? ask.before ?? Number.MAX_SAFE_INTEGER;
    const sql = ask.after === undefined ? BEFORE : AFTER;
    const args = { app, session: sessionId, cursor, limit: limit + 1, maxBytes };
    const { rows } = await reach(() => this.#client.execute({ sql, args }));
    const kept = withoutHoles(rows, ask).slice(0, limit);
    const nowMs = this.#clock.nowMs();
    const entries = kept.map((row) => shownAt(nowMs, entryFromJson(String(row.entry))));
    if (ask.after === undefined) entries.reverse();
    return { entries, more: kept.length < Number(rows[0]?.available ?? 0) };
  }

  /** These entries, in this order, until `maxBytes` is reached; one always fits. Those that are not here are left out. */
  async entries({ app, sessionId }: SessionKey, seqIds: readonly number[], maxBytes = MAX_BATCH_BYTES) {
    const args = { app, session: sessionId, seqs: JSON.stringify(seqIds), maxBytes };
    const { rows } = await reach(() => this.#client.execute({ sql: ENTRIES, args }));
    const nowMs = this.#clock.nowMs();
    return rows.map((row) => shownAt(nowMs, entryFromJson(String(row.entry))));
  }

  /** What is unread for a user who has read up to `after`, when the session ended at `upTo`. */
  async countUnread({ app, sessionId }: SessionKey, ask: UnreadAsk): Promise<UnreadResult> {
    const args = { app, session: sessionId, user: ask.userId, after: ask.after, upTo: ask.upTo };
    const { rows } = await reach(() => this.#client.execute({ sql: UNREAD, args }));
    return { unread: Number(rows[0]?.unread), mentions: Number(rows[0]?.mentions) };
  }

  /** How many entries there are, of a session or of all of the app's. */
  async countEntries(app: AppId, sessionId?: SessionId): Promise<number> {
    const sql = "SELECT count(*) AS n FROM entries WHERE app = :app AND session BETWEEN :from AND :to";
    const args = { app, from: sessionId ?? "", to: sessionId ?? "~" };
    const { rows } = await reach(() => this.#client.execute({ sql, args }));
    return Number(rows[0]?.n);
  }

  /** The sessions of an app in the order of their ids, those after `after`. */
  async sessions(app: AppId, ask: { readonly after?: SessionId | undefined; readonly limit: number }) {
    const sql =
      "SELECT session, head FROM sessions WHERE app = :app AND session > :after ORDER BY session LIMIT :limit";
    const args = { app, after: ask.after ?? "", limit: ask.limit };
    const { rows } = await reach(() => this.#client.execute({ sql, args }));
    // SAFETY: the writer stores no other ids
    return rows.map((row) => ({ sessionId: String(row.session) as SessionId, headSeqId: Number(row.head) }));
  }

  /** Every entry of a session from the first on, a page at a time. */
  async *exportSession(key: SessionKey, pageSize = MAX_HISTORY_LIMIT): AsyncGenerator<readonly Entry[]> {
    let after = 0;
    for (let more = true; more; ) {
      const page = await this.page(key, { after, limit: pageSize });
      if (page.entries.length > 0) yield page.entries;
      after = page.entries.at(-1)?.seqId ?? after;
      more = page.more;
    }
  }
}

export interface UnreadAsk {
  readonly userId: UserId;
  readonly after: number;
  readonly upTo: number;
}

/** Those of the rows that are next to the cursor and to each other. */
function withoutHoles(rows: readonly Row[], { before, after }: PageAsk): readonly Row[] {
  const [step, cursor] = after === undefined ? [-1, before ?? Number(rows[0]?.seq) + 1] : [1, after];
  const hole = rows.findIndex((row, index) => Number(row.seq) !== cursor + step * (index + 1));
  const isMissing = hole === 0 || (rows.length === 0 && after === undefined && (before ?? 1) > 1);
  if (isMissing) throw new ParleyError("UNAVAILABLE", "the archive does not have these entries yet");
  return hole < 0 ? rows : rows.slice(0, hole);
}
