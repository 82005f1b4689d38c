import type { InStatement } from "@libsql/client";
import type { AppId, UserId } from "../protocol/ids.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";

/** As session ids begin: single chats, groups, business notices. */
export type SessionKind = "SC" | "GC" | "BM";

/** What is left of a message, as `emptied` in `protocol/amend.ts` leaves it. */
const EMPTIED = `json_set(
    json_remove(entry, '$.replyTo', '$.forwarded', '$.priority', '$.push', '$.expiresAt', '$.edited', '$.reactions',
      '$.streaming', '$.cut'),
    '$.content', '', '$.gone', json_object('as', :as, 'by', coalesce(:by, sender), 'at', :at)
  )`;

/** Which messages, at most `:limit` of those that still say something, from the oldest on. */
const OF_SENDER = `SELECT id FROM entries
  WHERE app = :app AND sender = :sender AND kind = 'message' AND gone = 0 ORDER BY id LIMIT :limit`;
const OF_KIND = `SELECT id FROM entries
  WHERE app = :app AND session_kind = :kind AND kind = 'message' AND gone = 0 AND id < :before << 20
  ORDER BY id LIMIT :limit`;

/** Writers that have read these sessions read them again. */
const touch = (which: string) => `UPDATE sessions SET rev = rev + 1
  WHERE (app, session) IN (SELECT app, session FROM entries WHERE id IN (${which}))`;
const emptyEdits = (which: string) => `UPDATE entries SET entry = json_set(entry, '$.control.content', '')
  WHERE id IN (
    SELECT c.id FROM entries m JOIN entries c ON c.app = m.app AND c.session = m.session AND c.target = m.seq
    WHERE m.id IN (${which})
  ) AND entry ->> '$.control.content' <> ''`;
const empty = (which: string) => `UPDATE entries
  SET entry = ${EMPTIED}, gone = 1, text = NULL, expires_at = NULL, base = NULL WHERE id IN (${which})`;

const ERASE = { touch: touch(OF_SENDER), emptyEdits: emptyEdits(OF_SENDER), empty: empty(OF_SENDER) };
const RETAIN = { touch: touch(OF_KIND), emptyEdits: emptyEdits(OF_KIND), empty: empty(OF_KIND) };

/**
 * Takes contents out of the archive and leaves the seqIds. Each call is one transaction over at most `limit` messages
 * and says how many there were: call again until there are none. A batch that is still on its way to the archive
 * brings what it carries, but what was emptied here stays empty.
 */
export class ArchiveRetention {
  readonly #client: ArchiveClient;

  constructor(client: ArchiveClient) {
    this.#client = client;
  }

  /** What a user wrote, in all sessions. */
  erase(ask: { readonly app: AppId; readonly userId: UserId; readonly atMs: number; readonly limit: number }) {
    const which = { app: ask.app, sender: ask.userId, limit: ask.limit };
    return this.#empty(ERASE, which, { as: "deleted", by: ask.userId, at: BigInt(ask.atMs) });
  }

  /** What was written before a time, in sessions of a kind. */
  retain(ask: { readonly app: AppId; readonly kind: SessionKind; readonly beforeMs: number; readonly limit: number }) {
    const which = { app: ask.app, kind: ask.kind, before: BigInt(ask.beforeMs), limit: ask.limit };
    return this.#empty(RETAIN, which, { as: "expired", by: null, at: BigInt(ask.beforeMs) });
  }

  async #empty(sql: typeof ERASE, which: Which, gone: Mark): Promise<number> {
    const statements: InStatement[] = [
      { sql: sql.touch, args: which },
      { sql: sql.emptyEdits, args: which },
      { sql: sql.empty, args: { ...which, ...gone } },
    ];
    const results = await reach(() => this.#client.batch(statements, "write"));
    return results.at(-1)?.rowsAffected ?? 0;
  }
}

type Which = Readonly<Record<string, string | number | bigint>>;
type Mark = { readonly as: string; readonly by: string | null; readonly at: bigint };
