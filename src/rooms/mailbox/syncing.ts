import { shownAt } from "../../protocol/amend.ts";
import type { HotSession } from "../../protocol/entry.ts";
import type { SyncSessions } from "../../protocol/frames/sync.ts";
import { MAX_SYNC_LIMIT } from "../../protocol/limits.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import type { Priority } from "./priority.ts";

/** `sync.sessions`: pages of what changed, then live. */
export class Syncing implements MailboxFeature {
  readonly name = "syncing";
  readonly #mailbox: Mailbox;
  readonly #priority: Priority;

  constructor(mailbox: Mailbox, priority: Priority) {
    this.#mailbox = mailbox;
    this.#priority = priority;
  }

  readonly requests = {
    "sync.sessions": (owed: Owed, { since, limit }: SyncSessions) => {
      const { hotSessions, desk, clock } = this.#mailbox;
      const page = hotSessions.page(since, limit ?? MAX_SYNC_LIMIT);
      if (!page.more) desk.goLive(owed.connection);
      const sessions = page.sessions.map((hot) => shown(hot, clock.nowMs()));
      desk.answer(owed, { ok: true, value: { ...page, sessions, priority: this.#priority.newestId } });
    },
  };
}

function shown(hot: HotSession, nowMs: number): HotSession {
  const last = shownAt(nowMs, hot.last);
  return last === hot.last ? hot : { ...hot, last };
}
