import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Entry } from "../../protocol/entry.ts";
import { entryFromJson, entryToJson } from "../../protocol/entry-json.ts";
import type { PackId, UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../../protocol/limits.ts";
import type { UnreadResult } from "../../protocol/rpc/session-call.ts";
import { isCountable } from "../../protocol/unread.ts";
import type { BacklogRow, Head, NewEntry, Reader, Stored } from "./types.ts";

const IN_PLACE = `ON CONFLICT (room, sender, pack) DO UPDATE SET seq = excluded.seq, ts = excluded.ts, digest = excluded.digest`;

/** A page as it was read: `more` entries follow in the direction of reading. */
export interface Page {
  readonly entries: Entry[];
  readonly more: boolean;
}

/** The SQL of the log and of its fan-out. */
export class SessionStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  head(): Head {
    const row = this.#sql
      .prepare("SELECT seq, fanned, entry FROM entries WHERE room = ? ORDER BY seq DESC LIMIT 1")
      .get(this.#sql.room);
    if (row === undefined) return { seqId: 0, timestamp: 0, fanned: 0 };
    return { seqId: Number(row.seq), timestamp: entryOf(row).timestamp, fanned: Number(row.fanned) };
  }

  /** Consecutive entries. A packId that was forgotten by its old entry (S127) is that of the new one. */
  addEntries(fresh: readonly NewEntry[], fanned: number): void {
    const [only] = fresh;
    if (only !== undefined && fresh.length === 1) this.#addEntry(only, fanned);
    else for (const run of runsOf(fresh)) this.#addRun(run, fanned);
  }

  #addEntry({ entry, digest }: NewEntry, fanned: number): void {
    const { seqId, from, packId, timestamp } = entry;
    this.#sql
      .prepare(
        "INSERT INTO entries (room, seq, sender, countable, mentioned, fanned, entry) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(this.#sql.room, seqId, from, isCountable(entry) ? 1 : 0, mentionedIn(entry), fanned, entryToJson(entry));
    if (digest === undefined) return;
    this.#sql
      .prepare(`INSERT INTO packs (room, sender, pack, seq, ts, digest) VALUES (?, ?, ?, ?, ?, ?) ${IN_PLACE}`)
      .run(this.#sql.room, from, packId, seqId, timestamp, digest);
  }

  /** One statement for many rows takes half the time of as many statements; for a single row it takes longer. */
  #addRun({ first, texts, packs, isAsked }: Run, fanned: number): void {
    const { seqId, from, timestamp } = first;
    this.#sql
      .prepare(
        `INSERT INTO entries (room, seq, sender, countable, mentioned, fanned, entry)
         SELECT ?, ? + key, ?, ?, ?, ?, value FROM json_each(?)`,
      )
      .run(this.#sql.room, seqId, from, isCountable(first) ? 1 : 0, mentionedIn(first), fanned, JSON.stringify(texts));
    if (!isAsked) return;
    this.#sql
      .prepare(
        `INSERT INTO packs (room, sender, pack, seq, ts, digest)
         SELECT ?, ?, value ->> 0, ? + key, ?, value ->> 1 FROM json_each(?) WHERE true ${IN_PLACE}`,
      )
      .run(this.#sql.room, from, seqId, timestamp, JSON.stringify(packs));
  }

  /** Puts a changed message in the place of the stored one. */
  putEntry(entry: Entry): void {
    this.#sql
      .prepare("UPDATE entries SET entry = ? WHERE room = ? AND seq = ?")
      .run(entryToJson(entry), this.#sql.room, entry.seqId);
  }

  /** From the control entry `by` on, the message no longer counts as unread. */
  uncount(seqId: number, by: number): void {
    this.#sql.prepare("UPDATE entries SET uncounted_by = ? WHERE room = ? AND seq = ?").run(by, this.#sql.room, seqId);
  }

  /** The control entry `seqId` gave the message `target` a content. */
  putEdit(target: number, seqId: number): void {
    this.#sql.prepare("INSERT INTO edits (room, target, seq) VALUES (?, ?, ?)").run(this.#sql.room, target, seqId);
  }

  /** The control entries that gave the message a content, for the last time. */
  takeEdits(target: number): number[] {
    const rows = this.#sql.prepare("SELECT seq FROM edits WHERE room = ? AND target = ?").all(this.#sql.room, target);
    if (rows.length > 0)
      this.#sql.prepare("DELETE FROM edits WHERE room = ? AND target = ?").run(this.#sql.room, target);
    return rows.map(({ seq }) => Number(seq));
  }

  findEntry(seqId: number): Entry | undefined {
    const row = this.#sql.prepare("SELECT entry FROM entries WHERE room = ? AND seq = ?").get(this.#sql.room, seqId);
    return row === undefined ? undefined : entryOf(row);
  }

  /** When the entry was stored, in ms since 1970. */
  timestampOf(seqId: number): number {
    const row = this.#sql
      .prepare("SELECT entry ->> '$.timestamp' AS timestamp FROM entries WHERE room = ? AND seq = ?")
      .get(this.#sql.room, seqId);
    return Number(row?.timestamp ?? 0);
  }

  findPack(sender: UserId, packId: PackId): Stored | undefined {
    const row = this.#sql
      .prepare("SELECT seq, ts, digest FROM packs WHERE room = ? AND sender = ? AND pack = ?")
      .get(this.#sql.room, sender, packId);
    return row === undefined ? undefined : storedOf(row);
  }

  /** Those of the packIds that are stored already. */
  findPacks(sender: UserId, packIds: readonly PackId[]): Map<PackId, Stored> {
    const rows = this.#sql
      .prepare(
        `SELECT pack, seq, ts, digest FROM packs
         WHERE room = ? AND sender = ? AND pack IN (SELECT value FROM json_each(?))`,
      )
      .all(this.#sql.room, sender, JSON.stringify(packIds));
    // SAFETY: only addEntries writes it
    return new Map(rows.map((row) => [String(row.pack) as PackId, storedOf(row)]));
  }

  /** Entries after `seqId`, ascending, until `limit` or `maxBytes` is reached; one always fits. */
  after(seqId: number, limit: number, maxBytes: number): Page {
    const rows = this.#sql
      .prepare("SELECT seq, entry FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?")
      .all(this.#sql.room, seqId, limit + 1);
    return cutPage(rows, limit, maxBytes);
  }

  /** The newest entries below `seqId`, ascending. */
  before(seqId: number, limit: number, maxBytes: number): Page {
    const rows = this.#sql
      .prepare("SELECT seq, entry FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?")
      .all(this.#sql.room, seqId, limit + 1);
    const page = cutPage(rows, limit, maxBytes);
    return { entries: page.entries.reverse(), more: page.more };
  }

  /** Countable entries of others in (after, upTo], as they were when the log ended at `upTo`. */
  countUnread(userId: UserId, after: number, upTo: number): UnreadResult {
    const row = this.#sql
      .prepare(
        `SELECT count(*) AS unread, coalesce(sum(mentioned = '*' OR instr(mentioned, ?) > 0), 0) AS mentions FROM entries
         WHERE room = ? AND seq > ? AND seq <= ? AND countable = 1 AND sender <> ?
         AND (uncounted_by IS NULL OR uncounted_by > ?)`,
      )
      .get(`,${userId},`, this.#sql.room, after, upTo, userId, upTo);
    return { unread: Number(row?.unread ?? 0), mentions: Number(row?.mentions ?? 0) };
  }

  backlog(): BacklogRow[] {
    return this.#sql
      .prepare("SELECT user, observation, cursor, until FROM backlog WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only putBacklog writes it
        observation: Number(row.observation),
        cursor: Number(row.cursor),
        untilSeqId: row.until === null ? undefined : Number(row.until),
      }));
  }

  putBacklog(row: BacklogRow): void {
    this.#sql
      .prepare(
        `INSERT INTO backlog (room, user, observation, cursor, until) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user, observation) DO UPDATE SET cursor = excluded.cursor, until = excluded.until`,
      )
      .run(this.#sql.room, row.userId, row.observation, row.cursor, row.untilSeqId ?? null);
  }

  deleteBacklog({ userId, observation }: Reader): void {
    this.#sql
      .prepare("DELETE FROM backlog WHERE room = ? AND user = ? AND observation = ?")
      .run(this.#sql.room, userId, observation);
  }
}

/** Consecutive entries of one sender and one timestamp that count alike, as many as fit into one statement: a Durable Object binds texts of at most 2 MB. */
interface Run {
  readonly first: Entry;
  readonly texts: string[];
  readonly packs: [packId: PackId, digest: NewEntry["digest"]][];
  readonly isAsked: boolean;
}

function runsOf(fresh: readonly NewEntry[]): Run[] {
  const runs: Run[] = [];
  let bytes = MAX_BATCH_BYTES;
  for (const { entry, digest } of fresh) {
    const text = entryToJson(entry);
    bytes += text.length;
    const run = runs.at(-1);
    const isAsked = digest !== undefined;
    if (run?.isAsked === isAsked && bytes <= MAX_BATCH_BYTES && areAlike(run.first, entry)) {
      run.texts.push(text);
      run.packs.push([entry.packId, digest]);
    } else {
      runs.push({ first: entry, texts: [text], packs: [[entry.packId, digest]], isAsked });
      bytes = text.length;
    }
  }
  return runs;
}

function areAlike(a: Entry, b: Entry): boolean {
  if (a.from !== b.from || a.timestamp !== b.timestamp) return false;
  return isCountable(a) === isCountable(b) && mentionedIn(a) === mentionedIn(b);
}

function mentionedIn(entry: Entry): string | null {
  if (entry.kind !== "message" || entry.mentions === undefined) return null;
  return entry.mentions.all === true ? "*" : `,${entry.mentions.users?.join(",") ?? ""},`;
}

function storedOf(row: SqlRow): Stored {
  return { seqId: Number(row.seq), timestamp: Number(row.ts), digest: Number(row.digest) };
}

function entryOf(row: SqlRow): Entry {
  return entryFromJson(String(row.entry));
}

function cutPage(rows: readonly SqlRow[], limit: number, maxBytes: number): Page {
  const entries: Entry[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    bytes += String(row.entry).length;
    if (entries.length > 0 && bytes > maxBytes) break;
    entries.push(entryOf(row));
  }
  return { entries, more: entries.length < rows.length };
}
