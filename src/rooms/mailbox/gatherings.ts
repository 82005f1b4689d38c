import type { RoomCall } from "../../kernel/effects.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxTag } from "./feature.ts";

/** A request that waits for what other rooms say, each of which has a key. */
interface Gathering<K, T> {
  readonly owed: Owed;
  readonly waiting: Set<K>;
  readonly found: Map<K, T>;
  readonly answer: (found: ReadonlyMap<K, T>) => unknown;
}

interface GatheringTag<K, T> extends MailboxTag {
  readonly key: K;
  readonly gathering: Gathering<K, T>;
}

interface Asking<K, T> {
  readonly keys: Iterable<K>;
  readonly room: (key: K) => RoomName;
  readonly call: (key: K) => RoomCall;
  readonly answer: Gathering<K, T>["answer"];
}

/** Requests of one feature that ask many rooms and are answered when all have answered, or one cannot be asked. */
export class Gatherings<K, T> {
  readonly #feature: string;
  readonly #mailbox: Mailbox;
  readonly #open = new Set<Gathering<K, T>>();

  constructor(feature: string, mailbox: Mailbox) {
    this.#feature = feature;
    this.#mailbox = mailbox;
  }

  ask(owed: Owed, { keys, room, call, answer }: Asking<K, T>): void {
    const gathering: Gathering<K, T> = { owed, waiting: new Set(keys), found: new Map(), answer };
    this.#open.add(gathering);
    for (const key of gathering.waiting) {
      const tag: GatheringTag<K, T> = { feature: this.#feature, key, gathering };
      this.#mailbox.effects.call(room(key), call(key), tag);
    }
    this.#finish(gathering);
  }

  /** `read` makes of what a room answered what is gathered. */
  replied(tag: MailboxTag, outcome: Outcome, read: (value: unknown, owed: Owed) => T): void {
    const { key, gathering } = tag as GatheringTag<K, T>; // SAFETY: the feature gives only tags that were made here
    // A request of an earlier instance was answered when that was dropped.
    if (!this.#open.has(gathering)) return;
    if (!outcome.ok) {
      this.#end(gathering, outcome);
      return;
    }
    gathering.waiting.delete(key);
    gathering.found.set(key, read(outcome.value, gathering.owed));
    this.#finish(gathering);
  }

  abandon(): void {
    for (const gathering of this.#open) this.#end(gathering, failed(new ParleyError("UNAVAILABLE")));
  }

  #finish(gathering: Gathering<K, T>): void {
    if (gathering.waiting.size > 0) return;
    this.#end(gathering, { ok: true, value: gathering.answer(gathering.found) });
  }

  #end(gathering: Gathering<K, T>, outcome: Outcome): void {
    this.#open.delete(gathering);
    this.#mailbox.desk.answer(gathering.owed, outcome);
  }
}
