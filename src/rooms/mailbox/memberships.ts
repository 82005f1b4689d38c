import type { z } from "zod";
import type { SyncCommandFrame } from "../../protocol/down.ts";
import type { Entry, Notice } from "../../protocol/entry.ts";
import type { GroupSync, GroupSyncResult } from "../../protocol/frames/group.ts";
import { memberAfter } from "../../protocol/hot-session.ts";
import type { GroupId } from "../../protocol/ids.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { MembershipStore } from "./membership-store.ts";

type What = SyncCommandFrame["what"];

/** What a client with a copy of it should fetch again. */
const STALE: Readonly<Record<Notice["event"], What>> = {
  created: "groups",
  joined: "group.members",
  quit: "group.members",
  removed: "group.members",
  banned: "group.members",
  unbanned: "group.members",
  role: "group.members",
  muted: "group.members",
  nickname: "group.members",
  transferred: "group.info",
  updated: "group.info",
  mutedAll: "group.info",
  dismissed: "groups",
};

/** The groups that the user is in, by when that changed, as the notices tell. */
export class Memberships implements MailboxFeature {
  readonly name = "memberships";
  readonly #mailbox: Mailbox;
  readonly #store: MembershipStore;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new MembershipStore(mailbox.sql);
  }

  readonly requests = {
    "group.sync": (owed: Owed, { since }: z.infer<typeof GroupSync>) => {
      const rows = this.#store.changedSince(since);
      const idsOf = (isMember: boolean) =>
        rows.filter((row) => row.isMember === isMember).map(({ groupId }) => groupId);
      const removed = since === 0 ? [] : idsOf(false);
      const timestamp = Math.max(since, rows.at(-1)?.changedAt ?? 0);
      const value: z.infer<typeof GroupSyncResult> = { groups: idsOf(true), removed, timestamp };
      this.#mailbox.desk.answer(owed, { ok: true, value });
    },
  };

  delivered(sessionId: string, entries: readonly Entry[]): void {
    const notices = entries.filter((entry) => entry.kind === "notice");
    if (notices.length === 0) return;
    const stale = new Set(notices.map(({ notice }) => STALE[notice.event]));
    const isMember = notices.map((entry) => memberAfter(entry, this.#mailbox.me)).findLast((one) => one !== undefined);
    if (isMember !== undefined) {
      this.#put(sessionId as GroupId, isMember); // SAFETY: only groups have notices
      stale.add("groups");
    }
    const { effects, desk } = this.#mailbox;
    for (const what of stale) effects.send(desk.live(), { type: "sync.command", what, id: sessionId });
  }

  erase(): void {
    this.#store.deleteAll();
  }

  /** The group was written elsewhere: whatever is known of it is stale. */
  imported(groupId: GroupId, isMember: boolean): void {
    this.#put(groupId, isMember);
    const { effects, desk } = this.#mailbox;
    for (const what of new Set(Object.values(STALE)))
      effects.send(desk.live(), { type: "sync.command", what, id: groupId });
  }

  /** Times grow with every change, whatever the clock does: nothing hides behind the time that a client knows. */
  #put(groupId: GroupId, isMember: boolean): void {
    const changedAt = Math.max(this.#mailbox.clock.nowMs(), this.#store.newest() + 1);
    this.#store.put({ groupId, isMember, changedAt });
  }
}
