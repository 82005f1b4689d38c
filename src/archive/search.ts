import type { Row } from "@libsql/client";
import type { Clock } from "../kernel/ports.ts";
import type { MessageEntry } from "../protocol/entry.ts";
import { entryFromJson } from "../protocol/entry-json.ts";
import type { SearchHit, SearchMessagesResult } from "../protocol/frames/search.ts";
import type { SessionId } from "../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../protocol/limits.ts";
import type { SearchCall } from "../protocol/rpc/archive-call.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";
import { matchOf, scopeOf, snippetOf, type Terms, termsOf } from "./searchable.ts";

export type SearchAsk = Omit<SearchCall, "type">;

/** A user of more sessions is likely to find something among everybody's messages. */
const MAX_SCOPES = 512;
const CURSOR = /^\d{1,19}$/;

const SCOPES = "SELECT DISTINCT session FROM memberships WHERE app = :app AND user = :user LIMIT :limit";

const CONDITIONS = `e.app = :app AND e.text IS NOT NULL
  AND (:session IS NULL OR e.session = :session)
  AND (:sender IS NULL OR e.sender = :sender)
  AND (:contentType IS NULL OR e.content_type = :contentType)
  AND (e.expires_at IS NULL OR e.expires_at > :now)
  AND NOT EXISTS (SELECT 1 FROM json_each(:short) WHERE instr(e.text, value) = 0)
  AND EXISTS (
    SELECT 1 FROM memberships m WHERE m.app = e.app AND m.user = :user AND m.session = e.session
    AND e.seq >= m.from_seq AND (m.to_seq IS NULL OR e.seq <= m.to_seq)
  )`;

/** Ids begin with the time: they are the order, the limits of time, and where a page ends. */
const rangeOf = (id: string) =>
  `${id} >= :afterMs << 20 AND ${id} < :beforeMs << 20 AND ${id} < CAST(:cursor AS INTEGER)`;

/** The index gives what matches from the newest on, and is read only until the page is full. */
const IN_INDEX = `SELECT e.session, e.entry, CAST(e.id AS TEXT) AS id
  FROM found f CROSS JOIN entries e ON e.id = f.rowid
  WHERE f.found MATCH :match AND ${rangeOf("f.rowid")} AND ${CONDITIONS}
  ORDER BY f.rowid DESC LIMIT :limit`;

/** For those with very many sessions, and no word that the index takes. */
const IN_ALL = `SELECT e.session, e.entry, CAST(e.id AS TEXT) AS id FROM entries e
  WHERE ${rangeOf("e.id")} AND ${CONDITIONS}
  ORDER BY e.id DESC LIMIT :limit`;

/** The largest time that an id can begin with, in ms. */
const END_OF_TIME = 2 ** 42;

/** Full-text search. Throws `UNAVAILABLE` while the archive cannot be reached. */
export class ArchiveSearch {
  readonly #client: ArchiveClient;
  readonly #clock: Clock;

  constructor(client: ArchiveClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async search(ask: SearchAsk): Promise<SearchMessagesResult> {
    const terms = termsOf(ask.text ?? "");
    const scopes = await this.#scopesOf(ask);
    if (scopes?.length === 0) return { hits: [] };
    const match = matchOf(scopes ?? [], terms.indexed);
    const args = this.#argsOf(ask, terms);
    const statement = match === "" ? { sql: IN_ALL, args } : { sql: IN_INDEX, args: { ...args, match } };
    const { rows } = await reach(() => this.#client.execute(statement));
    const page = firstOf(rows, ask.limit);
    const hits = page.map((row): SearchHit => {
      const entry = entryFromJson(String(row.entry)) as MessageEntry; // SAFETY: only messages have a text
      return { sessionId: String(row.session) as SessionId, entry, snippet: snippetOf(entry, terms) }; // SAFETY: as stored
    });
    const last = page.at(-1);
    return last === undefined || page.length === rows.length ? { hits } : { hits, cursor: String(last.id) };
  }

  /** `undefined`: too many to name them. */
  async #scopesOf({ app, userId, sessionId }: SearchAsk): Promise<string[] | undefined> {
    if (sessionId !== undefined) return [scopeOf(app, sessionId)];
    const args = { app, user: userId, limit: MAX_SCOPES + 1 };
    const { rows } = await reach(() => this.#client.execute({ sql: SCOPES, args }));
    if (rows.length > MAX_SCOPES) return undefined;
    return [...new Set(rows.map((row) => scopeOf(app, String(row.session) as SessionId)))]; // SAFETY: as stored
  }

  #argsOf(ask: SearchAsk, terms: Terms) {
    return {
      app: ask.app,
      user: ask.userId,
      session: ask.sessionId ?? null,
      sender: ask.from ?? null,
      contentType: ask.contentType ?? null,
      now: this.#clock.nowMs(),
      short: JSON.stringify(terms.short),
      afterMs: timeOf(ask.afterMs ?? 0),
      beforeMs: timeOf(ask.beforeMs ?? END_OF_TIME),
      // What is no cursor of ours finds nothing, instead of everything again.
      cursor: ask.cursor === undefined ? String(2n ** 63n - 1n) : CURSOR.test(ask.cursor) ? ask.cursor : "0",
      limit: ask.limit + 1,
    };
  }
}

/** As many rows as an answer may be long; one always fits. */
function firstOf(rows: readonly Row[], limit: number): readonly Row[] {
  let bytes = 0;
  const end = rows.slice(0, limit).findIndex(({ entry }, index) => {
    bytes += String(entry).length;
    return index > 0 && bytes > MAX_BATCH_BYTES;
  });
  return rows.slice(0, end < 0 ? limit : end);
}

/** As an integer: the client binds numbers as floating point, of which a shift makes nothing good. */
function timeOf(ms: number): bigint {
  return BigInt(Math.trunc(Math.min(Math.max(ms, 0), END_OF_TIME)));
}
