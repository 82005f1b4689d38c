import { mailboxRoom } from "../../kernel/room-name.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import type { MailboxStore } from "./store.ts";

/** Sessions of one event. */
const MAX_AT_ONCE = 200;

interface ReadAllTag extends MailboxTag {
  readonly owed: Owed;
  /** The sessions up to this one, in the order of their ids, are done … */
  readonly after: string;
  /** … and so many of them were not read to their end. */
  readonly sessions: number;
}

/** `msg.readAll`: a part of the sessions at a time, however many there are. */
export class ReadAll implements MailboxFeature {
  readonly name = "readAll";
  readonly #mailbox: Mailbox;
  readonly #store: MailboxStore;

  constructor(mailbox: Mailbox, store: MailboxStore) {
    this.#mailbox = mailbox;
    this.#store = store;
  }

  readonly requests = {
    "msg.readAll": (owed: Owed) => this.#readOn({ feature: this.name, owed, after: "", sessions: 0 }),
  };

  replied(tag: MailboxTag, outcome: Outcome): void {
    const known = tag as ReadAllTag; // SAFETY: this feature makes no other tags
    if (outcome.ok) this.#readOn(known);
    else this.#mailbox.desk.answer(known.owed, outcome);
  }

  #readOn({ owed, after, sessions, feature }: ReadAllTag): void {
    const { app, me, desk, effects } = this.#mailbox;
    const some = this.#store.unreadAfter(after, MAX_AT_ONCE);
    for (const sessionId of some) this.#read(owed, sessionId);
    const total = sessions + some.length;
    if (some.length < MAX_AT_ONCE) {
      desk.answer(owed, { ok: true, value: { sessions: total } });
      return;
    }
    const tag: ReadAllTag = { feature, owed, after: some.at(-1) ?? after, sessions: total };
    effects.call(mailboxRoom(app, me), { type: "yield" }, tag);
  }

  #read(owed: Owed, sessionId: string): void {
    const { hotSessions, desk, effects, webhooks } = this.#mailbox;
    const hot = hotSessions.find(sessionId);
    if (hot === undefined) return;
    const read = hotSessions.readToEnd(hot);
    effects.send(desk.othersThan(owed.connection), { type: "session", session: read });
    webhooks.read(read);
  }
}
