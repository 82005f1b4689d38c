import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * Every entry of every session. Where there is work for it, `entry` is what became of a message through all the control
 * entries that are here, and `base` the copy that they were applied to; else `base` is null.
 *
 * `id` is the time in ms, shifted by 20 bits, and a number within that ms: it is the row id of the full-text index, which
 * can therefore be read from newest to oldest, from any moment. `text` is what a search looks at, null for what no search
 * may find; `scope` stands for the session in that index.
 */
export const entries = sqliteTable(
  "entries",
  {
    id: integer("id").primaryKey(),
    app: text("app").notNull(),
    session: text("session").notNull(),
    /** `SC`, `GC` or `BM`. */
    sessionKind: text("session_kind").generatedAlwaysAs(sql`substr(session, 1, 2)`, { mode: "virtual" }),
    seq: integer("seq").notNull(),
    kind: text("kind", { enum: ["message", "notice", "control"] }).notNull(),
    sender: text("sender").notNull(),
    contentType: integer("content_type"),
    timestamp: integer("timestamp").generatedAlwaysAs(sql`id >> 20`, { mode: "virtual" }),
    countable: integer("countable").notNull(),
    /** Of a control entry: seqId of the message that it is about. */
    target: integer("target"),
    scope: text("scope").notNull(),
    text: text("text"),
    expiresAt: integer("expires_at"),
    gone: integer("gone").notNull(),
    entry: text("entry").notNull(),
    base: text("base"),
  },
  (table) => [
    uniqueIndex("entries_by_seq").on(table.app, table.session, table.seq),
    index("entries_by_target").on(table.app, table.session, table.target, table.seq).where(sql`target IS NOT NULL`),
    index("entries_kept_by_sender").on(table.app, table.sender, table.id).where(sql`kind = 'message' AND gone = 0`),
    index("entries_kept_by_kind").on(table.app, table.sessionKind, table.id).where(sql`kind = 'message' AND gone = 0`),
  ],
);

/**
 * `head` is the highest seqId that is here, `complete` that up to which none is missing. `rev` grows with every write to the
 * session's entries: whoever read them and writes back what it made of them learns of it when they have changed since.
 */
export const sessions = sqliteTable(
  "sessions",
  {
    app: text("app").notNull(),
    session: text("session").notNull(),
    head: integer("head").notNull(),
    complete: integer("complete").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    rev: integer("rev").notNull(),
  },
  (table) => [primaryKey({ columns: [table.app, table.session] })],
);

/**
 * From which entry to which a session was a user's, both included; without end while it still is. A row that ends where
 * it begins is a notice that ends memberships, kept for those whose beginning arrives after it; user `` is everybody.
 */
export const memberships = sqliteTable(
  "memberships",
  {
    app: text("app").notNull(),
    user: text("user").notNull(),
    session: text("session").notNull(),
    fromSeq: integer("from_seq").notNull(),
    toSeq: integer("to_seq"),
  },
  (table) => [
    primaryKey({ columns: [table.app, table.user, table.session, table.fromSeq] }),
    index("memberships_by_session").on(table.app, table.session),
  ],
);
