import type { InStatement } from "@libsql/client";
import type { ControlEntry, Entry } from "../protocol/entry.ts";
import { entryToJson } from "../protocol/entry-json.ts";
import type { AppId, SessionId } from "../protocol/ids.ts";
import { isCountable } from "../protocol/unread.ts";
import { type MembershipRow, membershipsIn } from "./membership-changes.ts";
import { type Archived, isContiguous, type Merged } from "./merge.ts";
import { folded, readableText, scopeOf } from "./searchable.ts";

export interface ArchiveBatch {
  readonly app: AppId;
  readonly sessionId: SessionId;
  /** By seqId, each as it was when they were read. */
  readonly entries: readonly Entry[];
}

/** What the rows were made from: if it holds no more when they are written, nothing is. */
export type Assumption =
  | { readonly kind: "nothing from here on" }
  | { readonly kind: "revision"; readonly rev: number };

/**
 * A revision of NULL fails, and with it the transaction. There is no other way to make one depend on what was read
 * before, because all statements of a batch go to the server at once.
 */
const SESSION = `INSERT INTO sessions (app, session, head, complete, created_at, updated_at, rev)
  VALUES (:app, :session, :last, 0, :created, :updated, 1)
  ON CONFLICT (app, session) DO UPDATE SET
    rev = CASE WHEN sessions.rev = :rev OR sessions.head < :fresh THEN sessions.rev + 1 END,
    head = max(sessions.head, excluded.head),
    created_at = min(sessions.created_at, excluded.created_at),
    updated_at = max(sessions.updated_at, excluded.updated_at)`;

/** How SQLite calls the failure of `SESSION`. */
export const STALE = "sessions.rev";

/** The id of a row is the next one of its ms that is free; `nth` counts those of the batch with the same ms. */
const ENTRIES = `INSERT INTO entries (id, app, session, seq, kind, sender, content_type, countable, target, scope, text,
    expires_at, gone, entry, base)
  SELECT coalesce(
      (SELECT max(e.id) + 1 FROM entries e WHERE e.id >= (value ->> 'at') << 20 AND e.id < ((value ->> 'at') + 1) << 20),
      (value ->> 'at') << 20
    ) + (value ->> 'nth'),
    :app, :session, value ->> 'seq', value ->> 'kind', value ->> 'sender', value ->> 'contentType', value ->> 'countable',
    value ->> 'target', :scope, value ->> 'text', value ->> 'expiresAt', value ->> 'gone', value -> 'entry', value -> 'base'
  FROM json_each(:rows) WHERE true
  ON CONFLICT (app, session, seq) DO UPDATE SET
    content_type = excluded.content_type, text = excluded.text, expires_at = excluded.expires_at, gone = excluded.gone,
    entry = excluded.entry, base = excluded.base`;

const GONE_EDITS = `UPDATE entries SET entry = json_set(entry, '$.control.content', '')
  WHERE app = :app AND session = :session AND target IN (SELECT value FROM json_each(:gone))
  AND entry ->> '$.control.content' <> ''`;

/** What is left of messages, as `emptied` leaves it. Their rooms emptied them before, so no copy brings a content back. */
const PURGED = `UPDATE entries SET entry = json_set(
    json_remove(entry, '$.replyTo', '$.forwarded', '$.priority', '$.push', '$.expiresAt', '$.edited', '$.reactions',
      '$.streaming', '$.cut'),
    '$.content', '', '$.gone', json_object('as', :as, 'by', :by, 'at', :at), '$.amendedBy', :seq
  ), gone = 1, text = NULL, expires_at = NULL, base = NULL
  WHERE app = :app AND session = :session AND seq > :after AND seq <= :upTo AND kind = 'message' AND gone = 0
  AND (:sender IS NULL OR sender = :sender)`;
const PURGED_EDITS = `UPDATE entries SET entry = json_set(entry, '$.control.content', '')
  WHERE app = :app AND session = :session AND target > :after AND target <= :upTo
  AND (:sender IS NULL OR entry ->> '$.control.targetFrom' = :sender) AND entry ->> '$.control.content' <> ''`;

const MEMBERSHIPS = `INSERT INTO memberships (app, user, session, from_seq, to_seq)
  SELECT :app, value ->> 0, :session, value ->> 1, value ->> 2 FROM json_each(:rows) WHERE true
  ON CONFLICT (app, user, session, from_seq) DO NOTHING`;

/** A membership lasts until the first notice after it that ends it. */
const ENDS = `UPDATE memberships SET to_seq = (
    SELECT min(ending.from_seq) FROM memberships ending
    WHERE ending.app = :app AND ending.user IN (memberships.user, '') AND ending.session = :session
    AND ending.from_seq > memberships.from_seq AND ending.to_seq = ending.from_seq
  )
  WHERE app = :app AND session = :session AND to_seq IS NOT from_seq
  AND ('' IN (SELECT value ->> 0 FROM json_each(:rows)) OR user IN (SELECT value ->> 0 FROM json_each(:rows)))`;

/**
 * Moves `complete` over what has come to follow it: the batch where it touches it, and what had come before its time.
 * A batch with holes begins after everything.
 */
const COMPLETE = `UPDATE sessions SET complete = coalesce((
    SELECT e.seq FROM entries e
    WHERE e.app = :app AND e.session = :session
    AND e.seq >= CASE WHEN :first <= complete + 1 THEN max(complete, :last) ELSE complete + 1 END
    AND NOT EXISTS (SELECT 1 FROM entries n WHERE n.app = :app AND n.session = :session AND n.seq = e.seq + 1)
    AND (:first <= complete + 1 OR EXISTS (
      SELECT 1 FROM entries n WHERE n.app = :app AND n.session = :session AND n.seq = complete + 1
    ))
    ORDER BY e.seq LIMIT 1
  ), complete)
  WHERE app = :app AND session = :session RETURNING complete, head`;

/** The statements of one batch, for one transaction. The last one answers with a row of `complete` and `head`. */
export function statementsOf(batch: ArchiveBatch, merged: Merged, assumption: Assumption): InStatement[] {
  const { app, sessionId, entries } = batch;
  const key = { app, session: sessionId };
  const members = membershipsIn(app, sessionId, entries);
  return [
    { sql: SESSION, args: { ...key, ...sessionArgs(entries, assumption) } },
    { sql: ENTRIES, args: { ...key, scope: scopeOf(app, sessionId), rows: rowsJson(merged.rows) } },
    ...(merged.gone.length === 0 ? [] : [{ sql: GONE_EDITS, args: { ...key, gone: JSON.stringify(merged.gone) } }]),
    ...entries.flatMap((entry) => (entry.kind === "control" ? purgeStatements(key, entry) : [])),
    ...membershipStatements(key, members),
    { sql: COMPLETE, args: { ...key, ...completeArgs(entries) } },
  ];
}

function sessionArgs(entries: readonly Entry[], assumption: Assumption) {
  const [first, last] = [entries[0], entries.at(-1)];
  return {
    last: last?.seqId ?? 0,
    created: first?.timestamp ?? 0,
    updated: last?.timestamp ?? 0,
    rev: assumption.kind === "revision" ? assumption.rev : -1,
    fresh: assumption.kind === "revision" ? 0 : (first?.seqId ?? 0),
  };
}

function completeArgs(entries: readonly Entry[]) {
  const first = isContiguous(entries) ? (entries[0]?.seqId ?? 0) : Number.MAX_SAFE_INTEGER;
  return { first, last: entries.at(-1)?.seqId ?? 0 };
}

function purgeStatements(key: { app: AppId; session: SessionId }, entry: ControlEntry): InStatement[] {
  const { control, from: by, timestamp: at, seqId: seq } = entry;
  if (control.op !== "purge") return [];
  const span = { ...key, after: control.after, upTo: control.upTo, sender: control.sender ?? null };
  return [
    { sql: PURGED, args: { ...span, as: control.as, by, at, seq } },
    { sql: PURGED_EDITS, args: span },
  ];
}

function membershipStatements(key: { app: AppId; session: SessionId }, members: readonly MembershipRow[]) {
  if (members.length === 0) return [];
  const args = { ...key, rows: JSON.stringify(members) };
  const insert = { sql: MEMBERSHIPS, args };
  // What never ends, as in single chats, is not looked for.
  return key.session.startsWith("GC_") ? [insert, { sql: ENDS, args }] : [insert];
}

/** The entries stand as JSON in JSON: a text of it would be escaped once more. */
function rowsJson(rows: readonly Archived[]): string {
  const perMs = new Map<number, number>();
  const texts = rows.map((row) => {
    const { timestamp } = row.entry;
    const nth = perMs.get(timestamp) ?? 0;
    perMs.set(timestamp, nth + 1);
    const columns = JSON.stringify({ at: timestamp, nth, ...columnsOf(row.entry) });
    const base = row.base === undefined ? "" : `,"base":${entryToJson(row.base)}`;
    return `${columns.slice(0, -1)},"entry":${entryToJson(row.entry)}${base}}`;
  });
  return `[${texts.join(",")}]`;
}

function columnsOf(entry: Entry) {
  const { seqId: seq, kind, from: sender } = entry;
  const own = { seq, kind, sender, countable: isCountable(entry) ? 1 : 0, gone: 0 };
  if (entry.kind === "control") return entry.control.op === "purge" ? own : { ...own, target: entry.control.target };
  if (entry.kind === "notice") return own;
  const { contentType, expiresAt } = entry;
  if (entry.gone !== undefined) return { ...own, contentType, gone: 1 };
  return { ...own, contentType, expiresAt, text: folded(readableText(entry)) };
}
