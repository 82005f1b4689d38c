import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Entry, GroupInfo, Role } from "../../protocol/entry.ts";
import { entryFromJson, entryToJson } from "../../protocol/entry-json.ts";
import type { PackId, UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../../protocol/limits.ts";
import { isCountable } from "../../protocol/unread.ts";
import type { BacklogRow, GroupRow, Head, MemberRow, Stored } from "./types.ts";

/** A page as it was read: `more` entries follow in the direction of reading. */
export interface Page {
  readonly entries: Entry[];
  readonly more: boolean;
}

/** All SQL of the session room. */
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

  /** Consecutive entries of one sender, one kind and one timestamp. */
  addEntries(entries: readonly Entry[], fanned: number): void {
    const [only] = entries;
    if (only !== undefined && entries.length === 1) this.#addEntry(only, fanned);
    else for (const run of runsOf(entries)) this.#addRun(run, fanned);
  }

  #addEntry(entry: Entry, fanned: number): void {
    const { seqId, from, packId, timestamp } = entry;
    this.#sql
      .prepare("INSERT INTO entries (room, seq, sender, countable, fanned, entry) VALUES (?, ?, ?, ?, ?, ?)")
      .run(this.#sql.room, seqId, from, isCountable(entry) ? 1 : 0, fanned, entryToJson(entry));
    this.#sql
      .prepare("INSERT INTO packs (room, sender, pack, seq, ts) VALUES (?, ?, ?, ?, ?)")
      .run(this.#sql.room, from, packId, seqId, timestamp);
  }

  /** One statement for many rows takes half the time of as many statements; for a single row it takes longer. */
  #addRun({ first, texts, packIds }: Run, fanned: number): void {
    const { seqId, from, timestamp } = first;
    this.#sql
      .prepare(
        `INSERT INTO entries (room, seq, sender, countable, fanned, entry)
         SELECT ?, ? + key, ?, ?, ?, value FROM json_each(?)`,
      )
      .run(this.#sql.room, seqId, from, isCountable(first) ? 1 : 0, fanned, JSON.stringify(texts));
    this.#sql
      .prepare("INSERT INTO packs (room, sender, pack, seq, ts) SELECT ?, ?, value, ? + key, ? FROM json_each(?)")
      .run(this.#sql.room, from, seqId, timestamp, JSON.stringify(packIds));
  }

  findPack(sender: UserId, packId: PackId): Stored | undefined {
    const row = this.#sql
      .prepare("SELECT seq, ts FROM packs WHERE room = ? AND sender = ? AND pack = ?")
      .get(this.#sql.room, sender, packId);
    return row === undefined ? undefined : storedOf(row);
  }

  /** Those of the packIds that are stored already. */
  findPacks(sender: UserId, packIds: readonly PackId[]): Map<PackId, Stored> {
    const rows = this.#sql
      .prepare(
        `SELECT pack, seq, ts FROM packs
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

  countUnread(userId: UserId, after: number, upTo: number): number {
    const row = this.#sql
      .prepare(
        "SELECT count(*) AS n FROM entries WHERE room = ? AND seq > ? AND seq <= ? AND countable = 1 AND sender <> ?",
      )
      .get(this.#sql.room, after, upTo, userId);
    return Number(row?.n ?? 0);
  }

  group(): GroupRow | undefined {
    const row = this.#sql
      .prepare("SELECT info, owner, created_at, dismissed FROM groups WHERE room = ?")
      .get(this.#sql.room);
    if (row === undefined) return undefined;
    return {
      info: JSON.parse(String(row.info)) as GroupInfo, // SAFETY: only putGroup writes it
      owner: String(row.owner) as UserId, // SAFETY: only putGroup writes it
      createdAt: Number(row.created_at),
      dismissed: row.dismissed === 1,
    };
  }

  putGroup(group: GroupRow): void {
    this.#sql
      .prepare(
        `INSERT INTO groups (room, info, owner, created_at, dismissed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (room) DO UPDATE
         SET info = excluded.info, owner = excluded.owner, dismissed = excluded.dismissed`,
      )
      .run(this.#sql.room, JSON.stringify(group.info), group.owner, group.createdAt, group.dismissed ? 1 : 0);
  }

  members(): MemberRow[] {
    return this.#sql
      .prepare("SELECT user, role, joined_seq FROM members WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only putMember writes it
        role: String(row.role) as Role, // SAFETY: only putMember writes it
        joinedSeqId: Number(row.joined_seq),
      }));
  }

  putMember(member: MemberRow): void {
    this.#sql
      .prepare(
        `INSERT INTO members (room, user, role, joined_seq) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET role = excluded.role`,
      )
      .run(this.#sql.room, member.userId, member.role, member.joinedSeqId);
  }

  deleteMember(userId: UserId): void {
    this.#sql.prepare("DELETE FROM members WHERE room = ? AND user = ?").run(this.#sql.room, userId);
  }

  backlog(): BacklogRow[] {
    return this.#sql
      .prepare("SELECT user, cursor, until FROM backlog WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only putBacklog writes it
        cursor: Number(row.cursor),
        untilSeqId: row.until === null ? undefined : Number(row.until),
      }));
  }

  putBacklog(row: BacklogRow): void {
    this.#sql
      .prepare(
        `INSERT INTO backlog (room, user, cursor, until) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET cursor = excluded.cursor, until = excluded.until`,
      )
      .run(this.#sql.room, row.userId, row.cursor, row.untilSeqId ?? null);
  }

  deleteBacklog(userId: UserId): void {
    this.#sql.prepare("DELETE FROM backlog WHERE room = ? AND user = ?").run(this.#sql.room, userId);
  }
}

/** Consecutive entries, as many as fit into one statement: a Durable Object binds texts of at most 2 MB. */
interface Run {
  readonly first: Entry;
  readonly texts: string[];
  readonly packIds: PackId[];
}

function runsOf(entries: readonly Entry[]): Run[] {
  const runs: Run[] = [];
  let bytes = MAX_BATCH_BYTES;
  for (const entry of entries) {
    const text = entryToJson(entry);
    bytes += text.length;
    const run = runs.at(-1);
    if (run !== undefined && bytes <= MAX_BATCH_BYTES) {
      run.texts.push(text);
      run.packIds.push(entry.packId);
    } else {
      runs.push({ first: entry, texts: [text], packIds: [entry.packId] });
      bytes = text.length;
    }
  }
  return runs;
}

function storedOf(row: SqlRow): Stored {
  return { seqId: Number(row.seq), timestamp: Number(row.ts) };
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
