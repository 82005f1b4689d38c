import { sessionRoom } from "../../kernel/room-name.ts";
import type { MessageEntry } from "../../protocol/entry.ts";
import type { SearchHit, SearchMessages, SearchMessagesResult } from "../../protocol/frames/search.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { DEFAULT_SEARCH_LIMIT } from "../../protocol/limits.ts";
import type { SearchCall } from "../../protocol/rpc/archive-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { withMessage } from "../../protocol/trimmed.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import { Gatherings } from "./gatherings.ts";

/** What a session's room shows of the hits there. */
type Shown = ReadonlyMap<number, MessageEntry>;

/** Of what the archive was asked. */
interface SearchedTag extends MailboxTag {
  readonly searched: Owed;
}

/** `search.messages`: the archive finds, and the rooms of the sessions say what of that may be seen, and as what. */
export class Search implements MailboxFeature {
  readonly name = "search";
  readonly #mailbox: Mailbox;
  readonly #gatherings: Gatherings<SessionId, Shown>;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#gatherings = new Gatherings(this.name, mailbox);
  }

  readonly requests = {
    "search.messages": (owed: Owed, { type: _, packId: __, limit, ...conditions }: SearchMessages) => {
      const { app, me, effects } = this.#mailbox;
      const ask = { ...conditions, limit: limit ?? DEFAULT_SEARCH_LIMIT };
      const call: SearchCall = { type: "search", app, userId: me, ...ask };
      const tag: SearchedTag = { feature: this.name, searched: owed };
      effects.call("@archive", call, tag);
    },
  };

  replied(tag: MailboxTag, outcome: Outcome): void {
    if (!("searched" in tag)) {
      this.#gatherings.replied(tag, outcome, shownIn);
      return;
    }
    const { searched } = tag as SearchedTag; // SAFETY: just checked
    if (outcome.ok)
      this.#check(searched, outcome.value as SearchMessagesResult); // SAFETY: what the archive answers a search with
    else this.#mailbox.desk.answer(searched, outcome);
  }

  abandon(): void {
    this.#gatherings.abandon();
  }

  #check(owed: Owed, { hits, ...rest }: SearchMessagesResult): void {
    const { app, me } = this.#mailbox;
    const bySession = Map.groupBy(hits, ({ sessionId }) => sessionId);
    const seqIdsOf = (sessionId: SessionId) => bySession.get(sessionId)?.map(({ entry }) => entry.seqId) ?? [];
    this.#gatherings.ask(owed, {
      keys: bySession.keys(),
      room: (sessionId) => sessionRoom(app, sessionId),
      call: (sessionId) => ({ type: "shown", userId: me, seqIds: seqIdsOf(sessionId) }),
      answer: (found) => ({ hits: hits.flatMap((hit) => current(hit, found.get(hit.sessionId)) ?? []), ...rest }),
    });
  }
}

function shownIn(value: unknown): Shown {
  const messages = value as readonly MessageEntry[]; // SAFETY: what `shown` answers with
  return new Map(messages.map((message) => [message.seqId, message]));
}

/** The hit as the session's room has it now; `undefined` when that is gone, or may not be what was looked for any more. */
function current(hit: SearchHit, shown: Shown | undefined): SearchHit | undefined {
  const own = shown?.get(hit.entry.seqId);
  if (own === undefined || !hasContentOf(own, hit.entry)) return undefined;
  return { ...hit, entry: own.cut ? withMessage(own, hit.entry) : own };
}

function hasContentOf(own: MessageEntry, copy: MessageEntry): boolean {
  return own.edited?.count === copy.edited?.count && own.streaming === copy.streaming;
}
