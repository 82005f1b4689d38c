import { errandTable } from "../../kernel/courier-store.ts";
import type { RoomMigrations } from "../../kernel/migrations.ts";

/** One row per side that ever blocked or befriended the other: most single chats have none. `stance` is JSON. */
const relationTables = `CREATE TABLE standings (
  room TEXT NOT NULL, user TEXT NOT NULL, stance TEXT NOT NULL, blocked INTEGER NOT NULL, PRIMARY KEY (room, user)
) WITHOUT ROWID`;

/**
 * `edits`: control entries that gave a message a content. `expiring`: messages that are to expire, by time. `hidden`: what a
 * user deleted for themself.
 */
const controlTables = `
    CREATE TABLE edits (
      room TEXT NOT NULL, target INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, target, seq)
    ) WITHOUT ROWID;
    CREATE TABLE expiring (
      room TEXT NOT NULL, at INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, at, seq)
    ) WITHOUT ROWID;
    CREATE TABLE hidden (
      room TEXT NOT NULL, user TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (room, user, seq)
    ) WITHOUT ROWID`;

/** `cursor_folds`: up to where the log was looked through for who sent what. `streams`: messages that are still written. */
const stateTables = `
    CREATE TABLE reactions (
      room TEXT NOT NULL, seq INTEGER NOT NULL, reaction TEXT NOT NULL, user TEXT NOT NULL,
      PRIMARY KEY (room, seq, reaction, user)
    ) WITHOUT ROWID;
    CREATE TABLE pins (
      room TEXT NOT NULL, seq INTEGER NOT NULL, pinned_by_seq INTEGER NOT NULL, user TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (room, seq)
    ) WITHOUT ROWID;
    CREATE TABLE streams (
      room TEXT NOT NULL, seq INTEGER NOT NULL, touched_at INTEGER NOT NULL, PRIMARY KEY (room, seq)
    ) WITHOUT ROWID;
    CREATE TABLE cursors (
      room TEXT NOT NULL, user TEXT NOT NULL, read_seq INTEGER NOT NULL, received_seq INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE cursor_folds (room TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID`;

/** `observers`: also those who stopped: their newest version outlives the observation. `device` is JSON. */
const observerTables = `
    CREATE TABLE observers (
      room TEXT NOT NULL, user TEXT NOT NULL, version INTEGER NOT NULL, since_seq INTEGER NOT NULL, until_seq INTEGER,
      PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE observer_audit (
      room TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, user TEXT NOT NULL, event TEXT NOT NULL,
      seq INTEGER NOT NULL, device TEXT, operator TEXT, PRIMARY KEY (room, id)
    ) WITHOUT ROWID`;

/** Up to where contents were taken away: of a user's messages, or with subject "" of those that are too old. */
const purgeTable = `CREATE TABLE purges (
      room TEXT NOT NULL, subject TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, subject)
    ) WITHOUT ROWID`;

/**
 * `feeds`: up to where each reader has followed the log, and since when a job for it is in its queue. `trims`: up to where
 * entries are without content, and up to where packs are forgotten.
 */
const archiveTables = `
    CREATE TABLE feeds (
      room TEXT NOT NULL, reader TEXT NOT NULL, cursor INTEGER NOT NULL, asked_at INTEGER, PRIMARY KEY (room, reader)
    ) WITHOUT ROWID;
    CREATE TABLE trims (room TEXT PRIMARY KEY, seq INTEGER NOT NULL, packs_seq INTEGER NOT NULL) WITHOUT ROWID`;

/** Up to where the log was imported, and when. */
const importTable = `CREATE TABLE imports (room TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID`;

/** A mute outlives leaving the group: else that would be a way round it. */
const groupTables = `
    CREATE TABLE mutes (
      room TEXT NOT NULL, user TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE bans (room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)) WITHOUT ROWID;
    CREATE TABLE join_requests (
      room TEXT NOT NULL, user TEXT NOT NULL, greeting TEXT, at INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE invited (
      room TEXT NOT NULL, user TEXT NOT NULL, version INTEGER NOT NULL, inviter TEXT NOT NULL, greeting TEXT,
      at INTEGER NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID`;

/**
 * WITHOUT ROWID, one key, no secondary index: on Durable Objects every index entry is a billed row.
 * `fanned` is the fan-out cursor as it was known when the entry was written (S24). `mentioned` is `*` or user ids, each
 * between commas. `uncounted_by` is the seqId of the control entry since which a message does not count as unread.
 */
export const sessionMigrations: RoomMigrations = {
  kind: "session",
  scripts: [
    `CREATE TABLE entries (
      room TEXT NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL, countable INTEGER NOT NULL,
      mentioned TEXT, uncounted_by INTEGER, fanned INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (room, seq)
    ) WITHOUT ROWID;
    CREATE TABLE packs (
      room TEXT NOT NULL, sender TEXT NOT NULL, pack TEXT NOT NULL, seq INTEGER NOT NULL, ts INTEGER NOT NULL,
      digest INTEGER NOT NULL, PRIMARY KEY (room, sender, pack)
    ) WITHOUT ROWID;
    CREATE TABLE groups (
      room TEXT PRIMARY KEY, info TEXT NOT NULL, owner TEXT NOT NULL, created_at INTEGER NOT NULL,
      dismissed INTEGER NOT NULL, muted_until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE members (
      room TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, joined_seq INTEGER NOT NULL, nickname TEXT,
      PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE backlog (
      room TEXT NOT NULL, user TEXT NOT NULL, observation INTEGER NOT NULL, cursor INTEGER NOT NULL, until INTEGER,
      PRIMARY KEY (room, user, observation)
    ) WITHOUT ROWID;
    ${groupTables};
    ${controlTables};
    ${stateTables};
    ${relationTables};
    ${observerTables};
    ${archiveTables};
    ${errandTable}`,
    purgeTable,
    importTable,
  ],
};
