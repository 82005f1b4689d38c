import type { z } from "zod";
import type { HotSession } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { SessionList as SessionListFrame, SessionListResult } from "../../protocol/frames/session.ts";
import { MAX_SYNC_LIMIT } from "../../protocol/limits.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import type { ListCursor, MailboxStore } from "./store.ts";

const NEWEST: ListCursor = { activeAt: Number.MAX_SAFE_INTEGER, sessionId: "" };

/** `session.list`: the sessions as a screen shows them, with the number for the icon. */
export class SessionList implements MailboxFeature {
  readonly name = "sessionList";
  readonly #mailbox: Mailbox;
  readonly #store: MailboxStore;

  constructor(mailbox: Mailbox, store: MailboxStore) {
    this.#mailbox = mailbox;
    this.#store = store;
  }

  readonly requests = {
    "session.list": (owed: Owed, { before, limit = MAX_SYNC_LIMIT }: z.infer<typeof SessionListFrame>) => {
      const cursor = before === undefined ? NEWEST : cursorFrom(before);
      const rows = this.#store.listBefore(cursor, limit + 1);
      const sessions = rows.slice(0, limit);
      const last = sessions.at(-1);
      const next = rows.length > limit && last !== undefined ? { next: cursorAt(last) } : {};
      const value: z.infer<typeof SessionListResult> = { sessions, unreadTotal: this.#store.unreadTotal(), ...next };
      this.#mailbox.desk.answer(owed, { ok: true, value });
    },
  };
}

function cursorAt({ last, sessionId }: HotSession): string {
  return `${last.timestamp} ${sessionId}`;
}

function cursorFrom(text: string): ListCursor {
  const [, activeAt, sessionId] = /^(\d{1,15}) (\S+)$/.exec(text) ?? [];
  if (activeAt === undefined || sessionId === undefined) throw new ParleyError("BAD_PARAMETER", "before");
  return { activeAt: Number(activeAt), sessionId };
}
