import { audited } from "../../kernel/audited.ts";
import { Courier } from "../../kernel/courier.ts";
import { CourierStore } from "../../kernel/courier-store.ts";
import { digestOf } from "../../kernel/digest.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { Clock, RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { Letter, LettersCall, LettersMoved, LettersPage } from "../../protocol/rpc/letters-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../protocol/rpc/queue-job.ts";
import { LettersStore } from "./letters-store.ts";

const MAX_LETTERS = 100_000;
/** Letters of one retry or drop. */
const MAX_AT_ONCE = 1_000;
const MAX_PER_CALL = 50;

/** The dead letters of one queue of an app. Rules: SPEC.md. */
export class LettersRoom implements Room {
  readonly #app: AppId;
  readonly #queue: QueueName;
  readonly #clock: Clock;
  readonly #store: LettersStore;
  readonly #courier: Courier;

  constructor(address: { app: AppId; queue: QueueName }, { sql, clock, random }: RoomPorts, effects: Effects) {
    this.#app = address.app;
    this.#queue = address.queue;
    this.#clock = clock;
    this.#store = new LettersStore(sql);
    this.#courier = new Courier({ store: new CourierStore(sql), effects, clock, random });
  }

  call(call: RoomCall): unknown {
    const known = call as LettersCall; // SAFETY: hosts route by room kind, and only LettersCall goes here
    switch (known.type) {
      case "letters.put":
        return this.#put(known);
      case "letters.list":
        return this.#list(known);
      case "letters.retry":
      case "letters.drop":
        return this.#take(known);
      default:
        return null;
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    this.#courier.replied(tag, outcome);
  }

  alarm(): void {
    this.#courier.alarm();
  }

  settle(): void {
    this.#courier.settle();
  }

  abandon(): void {}
  opened(): void {}
  received(): void {}
  closed(): void {}

  #put({ job, reason }: LettersCall & { type: "letters.put" }): null {
    const text = JSON.stringify(job);
    const letter = { job: text, reason, digest: digestOf(text), at: this.#clock.nowMs() };
    if (this.#store.has(letter)) return null;
    if (this.#store.count() >= MAX_LETTERS) throw new ParleyError("LIMIT_REACHED", "dead letters");
    this.#store.add(letter);
    return null;
  }

  #list({ after, limit }: LettersCall & { type: "letters.list" }): LettersPage {
    const found = this.#store.after(after, limit + 1);
    return { letters: found.slice(0, limit), total: this.#store.count(), more: found.length > limit };
  }

  #take({ type, ids, by }: LettersCall & { type: "letters.retry" | "letters.drop" }): LettersMoved {
    const letters = this.#store.take(ids, MAX_AT_ONCE);
    if (letters.length === 0) return { letters: 0 };
    if (type === "letters.retry") this.#retry(letters);
    const about = `${this.#queue}: ${letters.length}`;
    const source = `letters/${this.#queue} ${type} ${keyOf(letters)}`;
    audited(this.#courier, this.#app, { by, action: type, about, at: this.#clock.nowMs(), source });
    return { letters: letters.length };
  }

  /** Their place in the courier and the end of their letter are one step. */
  #retry(letters: readonly Letter[]): void {
    for (let from = 0; from < letters.length; from += MAX_PER_CALL) {
      const some = letters.slice(from, from + MAX_PER_CALL);
      const jobs = some.map(({ job }) => job as unknown as QueueJob); // SAFETY: a consumer of this queue was handed them
      const key = keyOf(some);
      this.#courier.post({ to: `@queue/${this.#queue}`, kind: "retry", key, call: { type: "enqueue", jobs } });
    }
  }
}

/** Ids begin anew when no letter is left, so they alone do not tell some letters from others. */
function keyOf(letters: readonly Letter[]): string {
  return `${letters[0]?.id}.${digestOf(JSON.stringify(letters))}`;
}
