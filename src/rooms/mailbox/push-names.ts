import type { RoomSql } from "../../kernel/ports.ts";
import { mailboxRoom, sessionRoom } from "../../kernel/room-name.ts";
import type { GroupGetResult } from "../../protocol/frames/group.ts";
import type { Profile } from "../../protocol/frames/user.ts";
import type { PackId, SessionId, UserId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { isGroup } from "../../protocol/session-id.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

const FRESH_MS = 86_400_000;
const KEPT_MS = 30 * FRESH_MS;

interface NameTag extends MailboxTag {
  readonly of: string;
}

interface Known {
  readonly name: string;
  readonly at: number;
}

/** What senders and groups are called, for the titles of pushes: asked for at most once a day. */
export class PushNames implements MailboxFeature {
  readonly name = "pushNames";
  readonly #mailbox: Mailbox;
  readonly #asked = new Set<string>();

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  ofUser(userId: UserId): string | undefined {
    return find(this.#mailbox.sql, userKey(userId))?.name;
  }

  ofSession(sessionId: string): string | undefined {
    return find(this.#mailbox.sql, sessionKey(sessionId))?.name;
  }

  /** The answers come before the push is sent, as a rule; a name that is missing then is not waited for. */
  want(from: UserId, sessionId: SessionId): void {
    const { app, me, effects } = this.#mailbox;
    if (this.#isDue(userKey(from)))
      effects.call(
        mailboxRoom(app, from),
        { type: "profile", by: { kind: "user", userId: me } },
        this.#tag(userKey(from)),
      );
    if (!isGroup(sessionId) || !this.#isDue(sessionKey(sessionId))) return;
    const frame = { type: "group.get", packId: "push" as PackId, groupId: sessionId } as const; // SAFETY: a packId by its pattern
    effects.call(sessionRoom(app, sessionId), { type: "request", by: me, frame }, this.#tag(sessionKey(sessionId)));
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { of } = tag as NameTag; // SAFETY: this feature makes no other tags
    this.#asked.delete(of);
    if (!outcome.ok) return;
    const name = of.startsWith(USER) ? (outcome.value as Profile).name : (outcome.value as GroupGetResult).info.name; // SAFETY: what each answers with
    put(this.#mailbox.sql, of, { name: name ?? "", at: this.#mailbox.clock.nowMs() });
  }

  erase(): void {
    const { sql } = this.#mailbox;
    sql.prepare("DELETE FROM push_names WHERE room = ?").run(sql.room);
  }

  alarm(): void {
    const { sql, clock } = this.#mailbox;
    sql.prepare("DELETE FROM push_names WHERE room = ? AND at <= ?").run(sql.room, clock.nowMs() - KEPT_MS);
  }

  #isDue(key: string): boolean {
    const { sql, clock } = this.#mailbox;
    const known = find(sql, key);
    if (known !== undefined && Math.abs(clock.nowMs() - known.at) < FRESH_MS) return false;
    return !this.#asked.has(key);
  }

  #tag(of: string): NameTag {
    this.#asked.add(of);
    return { feature: this.name, of };
  }
}

const USER = "user ";
const userKey = (userId: UserId) => `${USER}${userId}`;
const sessionKey = (sessionId: string) => `session ${sessionId}`;

function find(sql: RoomSql, key: string): Known | undefined {
  const row = sql.prepare("SELECT name, at FROM push_names WHERE room = ? AND key = ?").get(sql.room, key);
  return row === undefined ? undefined : { name: String(row.name), at: Number(row.at) };
}

function put(sql: RoomSql, key: string, { name, at }: Known): void {
  sql
    .prepare(
      `INSERT INTO push_names (room, key, name, at) VALUES (?, ?, ?, ?)
       ON CONFLICT (room, key) DO UPDATE SET name = excluded.name, at = excluded.at`,
    )
    .run(sql.room, key, name, at);
}
