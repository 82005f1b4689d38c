import type { SyncSessions } from "../../protocol/frames/sync.ts";
import { MAX_SYNC_LIMIT } from "../../protocol/limits.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";

/** `sync.sessions`: pages of what changed, then live. */
export class Syncing implements MailboxFeature {
  readonly name = "syncing";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  readonly requests = {
    "sync.sessions": (owed: Owed, { since, limit }: SyncSessions) => {
      const { hotSessions, desk } = this.#mailbox;
      const page = hotSessions.page(since, limit ?? MAX_SYNC_LIMIT);
      if (!page.more) desk.goLive(owed.connection);
      desk.answer(owed, { ok: true, value: { ...page, priority: 0 } });
    },
  };
}
