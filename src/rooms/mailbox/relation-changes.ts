import type { Errand } from "../../kernel/courier-store.ts";
import type { Connection } from "../../kernel/ports.ts";
import { mailboxRoom, sessionRoom } from "../../kernel/room-name.ts";
import type { SyncCommandFrame } from "../../protocol/down.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { StanceCall } from "../../protocol/rpc/mailbox-call.ts";
import type { RelationCall } from "../../protocol/rpc/session-call.ts";
import { type Stance, stateOf } from "../../protocol/rpc/stance.ts";
import { singleSessionId } from "../../protocol/session-id.ts";
import type { Place } from "./confirmations.ts";
import type { Mailbox } from "./feature.ts";
import type { Edit, RelationBook } from "./relation-book.ts";
import type { RelationRow } from "./relations-store.ts";

/** Changes what the user keeps about another, with all that follows: who has to hear of it, and who is told. */
export class RelationChanges {
  readonly #mailbox: Mailbox;
  readonly #book: RelationBook;
  readonly #onEnd: ((userId: UserId) => void)[] = [];

  constructor(mailbox: Mailbox, book: RelationBook) {
    this.#mailbox = mailbox;
    this.#book = book;
  }

  /** `listener` hears whenever a user is not an open friend any more: not one at all, or blocked. */
  whenEnded(listener: (userId: UserId) => void): void {
    this.#onEnd.push(listener);
  }

  /** `asker` made the change and needs not be told of it. */
  edit(userId: UserId, edit: Edit, asker?: Connection): RelationRow {
    const { before, after } = this.#book.edit(userId, edit);
    const { desk, effects, courier, webhooks } = this.#mailbox;
    if (isSeen(before, after)) {
      const frame: SyncCommandFrame = { type: "sync.command", what: "friends", id: userId };
      effects.send(asker === undefined ? desk.live() : desk.othersThan(asker), frame);
      const { blocked, mine, theirs } = after;
      webhooks.tell("relation", {
        type: "relation.changed",
        data: { otherId: userId, state: stateOf(mine, theirs), blocked },
      });
    }
    if (isOpen(before) && !isOpen(after)) for (const listener of this.#onEnd) listener(userId);
    if (after.mine.version !== before.mine.version) {
      courier.post({ ...this.#errand("relation.session", userId), call: this.toSession(after) });
      // A block is nobody's business but the session's.
      if (saysMore(before.mine, after.mine))
        courier.post({ ...this.#errand("relation.other", userId), call: this.toOther(after) });
    }
    return after;
  }

  /** Where what was last said about this user is not known yet. */
  unheard(userId: UserId, places: readonly Place[]): Place[] {
    return places.filter((place) => this.#mailbox.courier.isWaiting(this.#errand(place, userId)));
  }

  toSession({ mine, blocked }: RelationRow): RelationCall {
    return { type: "relation", by: this.#mailbox.me, stance: mine, blocked };
  }

  toOther({ mine, greeting }: RelationRow): StanceCall {
    return { type: "stance", from: this.#mailbox.me, stance: mine, ...(greeting === "" ? {} : { greeting }) };
  }

  #errand(place: Place, userId: UserId): Omit<Errand, "call"> {
    const { app, me } = this.#mailbox;
    const to = place === "relation.session" ? sessionRoom(app, singleSessionId(me, userId)) : mailboxRoom(app, userId);
    return { to, kind: place, key: userId };
  }
}

export function isOpen({ mine, theirs, blocked }: RelationRow): boolean {
  return !blocked && stateOf(mine, theirs) === "friend";
}

function isSeen(before: RelationRow, after: RelationRow): boolean {
  const state = ({ mine, theirs }: RelationRow) => stateOf(mine, theirs);
  return (
    state(before) !== state(after) ||
    before.remark !== after.remark ||
    before.greeting !== after.greeting ||
    before.blocked !== after.blocked
  );
}

function saysMore(before: Stance, after: Stance): boolean {
  return before.wants !== after.wants || before.direct !== after.direct || before.voids !== after.voids;
}
