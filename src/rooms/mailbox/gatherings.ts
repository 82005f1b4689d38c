import type { RoomCall } from "../../kernel/effects.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxTag } from "./feature.ts";

/** A request that waits for what other users' mailboxes say. */
interface Gathering<T> {
  readonly owed: Owed;
  readonly waiting: Set<UserId>;
  readonly found: Map<UserId, T>;
  readonly answer: (found: ReadonlyMap<UserId, T>) => unknown;
}

interface GatheringTag<T> extends MailboxTag {
  readonly userId: UserId;
  readonly gathering: Gathering<T>;
}

interface Asking<T> {
  readonly userIds: Iterable<UserId>;
  readonly call: RoomCall;
  readonly answer: Gathering<T>["answer"];
}

/** Requests of one feature that ask many mailboxes and are answered when all have answered, or one cannot be asked. */
export class Gatherings<T> {
  readonly #feature: string;
  readonly #mailbox: Mailbox;
  readonly #open = new Set<Gathering<T>>();

  constructor(feature: string, mailbox: Mailbox) {
    this.#feature = feature;
    this.#mailbox = mailbox;
  }

  ask(owed: Owed, { userIds, call, answer }: Asking<T>): void {
    const { app, effects } = this.#mailbox;
    const gathering: Gathering<T> = { owed, waiting: new Set(userIds), found: new Map(), answer };
    this.#open.add(gathering);
    for (const userId of gathering.waiting) {
      const tag: GatheringTag<T> = { feature: this.#feature, userId, gathering };
      effects.call(mailboxRoom(app, userId), call, tag);
    }
    this.#finish(gathering);
  }

  /** `read` makes of what a mailbox answered what is gathered. */
  replied(tag: MailboxTag, outcome: Outcome, read: (value: unknown, owed: Owed) => T): void {
    const { userId, gathering } = tag as GatheringTag<T>; // SAFETY: the feature gives only tags that were made here
    // A request of an earlier instance was answered when that was dropped.
    if (!this.#open.has(gathering)) return;
    if (!outcome.ok) {
      this.#end(gathering, outcome);
      return;
    }
    gathering.waiting.delete(userId);
    gathering.found.set(userId, read(outcome.value, gathering.owed));
    this.#finish(gathering);
  }

  abandon(): void {
    for (const gathering of this.#open) this.#end(gathering, failed(new ParleyError("UNAVAILABLE")));
  }

  #finish(gathering: Gathering<T>): void {
    if (gathering.waiting.size > 0) return;
    this.#end(gathering, { ok: true, value: gathering.answer(gathering.found) });
  }

  #end(gathering: Gathering<T>, outcome: Outcome): void {
    this.#open.delete(gathering);
    this.#mailbox.desk.answer(gathering.owed, outcome);
  }
}
