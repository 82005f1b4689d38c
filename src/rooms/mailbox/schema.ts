import type { RoomMigrations } from "../../kernel/migrations.ts";

/** `priority_copies` finds the kept entries that have the content of a message, by the message. */
const priorityTables = `
    CREATE TABLE priority (
      room TEXT NOT NULL, id INTEGER NOT NULL, session TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL,
      PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    CREATE TABLE priority_copies (
      room TEXT NOT NULL, session TEXT NOT NULL, target INTEGER NOT NULL, id INTEGER NOT NULL,
      PRIMARY KEY (room, session, target, id)
    ) WITHOUT ROWID`;

/** `reported_…`: what the session room has confirmed, as it was known when the row was written (M51). */
export const mailboxMigrations: RoomMigrations = {
  kind: "mailbox",
  scripts: [
    `CREATE TABLE hot_sessions (
      room TEXT NOT NULL, session TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
      read_seq INTEGER NOT NULL, unread INTEGER NOT NULL, mentions INTEGER NOT NULL, member INTEGER NOT NULL,
      version INTEGER NOT NULL, active_at INTEGER NOT NULL, extra TEXT, last TEXT NOT NULL, received_seq INTEGER NOT NULL,
      reported_read INTEGER NOT NULL, reported_received INTEGER NOT NULL, PRIMARY KEY (room, session)
    ) WITHOUT ROWID;
    ${priorityTables}`,
  ],
};
