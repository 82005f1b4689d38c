import { errandTable } from "../../kernel/courier-store.ts";
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

/** The stances `mine` and `theirs` are JSON. `own` marks what counts towards the limit. */
const relationTables = `${errandTable};
CREATE TABLE relations (
  room TEXT NOT NULL, user TEXT NOT NULL, remark TEXT NOT NULL, greeting TEXT NOT NULL, blocked INTEGER NOT NULL,
  mine TEXT NOT NULL, theirs TEXT NOT NULL, own INTEGER NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (room, user)
) WITHOUT ROWID`;

/** `invitation` is JSON, and null when it is over. */
const membershipTables = `CREATE TABLE memberships (
  room TEXT NOT NULL, session TEXT NOT NULL, member INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  PRIMARY KEY (room, session)
) WITHOUT ROWID;
CREATE TABLE invitations (
  room TEXT NOT NULL, session TEXT NOT NULL, version INTEGER NOT NULL, invitation TEXT, changed_at INTEGER NOT NULL,
  PRIMARY KEY (room, session)
) WITHOUT ROWID`;

const userTables = `CREATE TABLE profiles (room TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE user_attributes (
  room TEXT NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (room, user, name)
) WITHOUT ROWID`;

const deviceTables = `CREATE TABLE devices (
  room TEXT NOT NULL, device TEXT NOT NULL, type TEXT NOT NULL, token TEXT NOT NULL, expires_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL, PRIMARY KEY (room, device)
) WITHOUT ROWID;
CREATE TABLE user_bans (room TEXT PRIMARY KEY, ban TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE last_seen (room TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE revoked (
  room TEXT NOT NULL, token TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (room, token)
) WITHOUT ROWID`;

/** What followers were told, who they are, and whom each device follows: `users` is a JSON array. */
const presenceTables = `CREATE TABLE presence (
  room TEXT PRIMARY KEY, online INTEGER NOT NULL, version INTEGER NOT NULL, pending INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE followers (room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)) WITHOUT ROWID;
CREATE TABLE followed (
  room TEXT NOT NULL, device_type TEXT NOT NULL, users TEXT NOT NULL, PRIMARY KEY (room, device_type)
) WITHOUT ROWID`;

/** `since_seq` and `last_seq` are null until the session answered. `observe_rights`: the token on which observations rest. */
const observationTables = `CREATE TABLE observations (
  room TEXT NOT NULL, session TEXT NOT NULL, version INTEGER NOT NULL, ending INTEGER NOT NULL, since_seq INTEGER,
  last_seq INTEGER, PRIMARY KEY (room, session)
) WITHOUT ROWID;
CREATE TABLE observe_rights (
  room TEXT PRIMARY KEY, version INTEGER NOT NULL, token TEXT NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID`;

/** `registration` and `content` are JSON. `version` numbers all registrations of the user; `subject`: SPEC.md M164. */
const pushTables = `CREATE TABLE push_tokens (
  room TEXT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, version INTEGER NOT NULL, registered_at INTEGER NOT NULL,
  registration TEXT NOT NULL, PRIMARY KEY (room, id)
) WITHOUT ROWID;
CREATE TABLE push_settings (room TEXT PRIMARY KEY, version INTEGER NOT NULL, settings TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pushes (
  room TEXT NOT NULL, subject TEXT NOT NULL, number INTEGER NOT NULL, expires_at INTEGER NOT NULL, push TEXT NOT NULL,
  PRIMARY KEY (room, subject)
) WITHOUT ROWID;
CREATE TABLE push_names (
  room TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (room, key)
) WITHOUT ROWID;
CREATE TABLE push_log (
  room TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (room, id)
) WITHOUT ROWID`;

const replayTables = `CREATE TABLE replays (
  room TEXT NOT NULL, key TEXT NOT NULL, digest INTEGER NOT NULL, answer TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (room, key)
) WITHOUT ROWID`;

/** `ban` is null when it was lifted: `changes` goes on. */
const countedBans = `CREATE TABLE counted_bans (room TEXT PRIMARY KEY, ban TEXT, changes INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counted_bans (room, ban, changes) SELECT room, ban, 1 FROM user_bans;
DROP TABLE user_bans;
ALTER TABLE counted_bans RENAME TO user_bans`;

/** `reported_…`: what the session room has confirmed, as it was known when the row was written (M51). `listings`: M225, M240. */
export const mailboxMigrations: RoomMigrations = {
  kind: "mailbox",
  scripts: [
    `CREATE TABLE hot_sessions (
      room TEXT NOT NULL, session TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
      read_seq INTEGER NOT NULL, unread INTEGER NOT NULL, mentions INTEGER NOT NULL, member INTEGER NOT NULL,
      version INTEGER NOT NULL, active_at INTEGER NOT NULL, extra TEXT, last TEXT NOT NULL, received_seq INTEGER NOT NULL,
      reported_read INTEGER NOT NULL, reported_received INTEGER NOT NULL, PRIMARY KEY (room, session)
    ) WITHOUT ROWID;
    ${priorityTables};
    ${relationTables};
    ${membershipTables};
    ${userTables};
    ${deviceTables};
    ${presenceTables};
    ${observationTables};
    ${pushTables};
    ${replayTables};
    CREATE TABLE webhook_told (room TEXT PRIMARY KEY, position INTEGER NOT NULL, online INTEGER NOT NULL) WITHOUT ROWID`,
    "CREATE TABLE listings (room TEXT PRIMARY KEY, listed INTEGER NOT NULL, erased_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE erased_versions (room TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
    countedBans,
  ],
};
