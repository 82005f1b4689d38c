import { assertNever } from "../../kernel/assert.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { Clock, RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, EndpointId } from "../../protocol/ids.ts";
import type { HookCall, ReplayStarted, TestResult, WebhookEvent } from "../../protocol/rpc/hook-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Endpoint, WebhookDeliveries } from "../../protocol/webhook.ts";
import { emptyEvents } from "./emptying.ts";
import { EndpointBook } from "./endpoint-book.ts";
import { EndpointStore } from "./endpoint-store.ts";
import { EventStore } from "./event-store.ts";
import { Keeping } from "./keeping.ts";
import { LaneStore } from "./lane-store.ts";
import { Outbox } from "./outbox.ts";

const TEST_LANE = "test";

type CallOf<T extends HookCall["type"]> = Extract<HookCall, { type: T }>;

/** One webhook endpoint: what it wants, what it was told, and what it is still to be told. Rules: SPEC.md. */
export class HookRoom implements Room {
  readonly #clock: Clock;
  readonly #book: EndpointBook;
  readonly #events: EventStore;
  readonly #lanes: LaneStore;
  readonly #outbox: Outbox;
  readonly #keeping: Keeping;

  constructor({ app, endpointId }: { app: AppId; endpointId: EndpointId }, ports: RoomPorts, effects: Effects) {
    const { sql, clock, random } = ports;
    this.#clock = clock;
    this.#book = new EndpointBook({ endpointId, store: new EndpointStore(sql), clock });
    this.#events = new EventStore(sql);
    this.#lanes = new LaneStore(sql);
    const { events, lanes, book } = { events: this.#events, lanes: this.#lanes, book: this.#book };
    this.#outbox = new Outbox({ app, endpointId, book, events, lanes, effects, clock, random });
    this.#keeping = new Keeping({ events, effects, clock });
  }

  call(call: RoomCall): unknown {
    const asked = call as HookCall; // SAFETY: hosts route by room kind, and only HookCall goes here
    if (asked.type === "hook.create") return this.#book.create(asked.settings, asked.secret);
    if (asked.type === "hook.delete") return this.#delete();
    if (asked.type === "hook.put") return this.#put(asked.events);
    if (!this.#book.exists) throw new ParleyError("NO_SUCH_ENDPOINT");
    switch (asked.type) {
      case "hook.read":
        return this.#book.read();
      case "hook.update":
        return this.#update(asked);
      case "hook.rotate":
        return this.#book.rotate(asked);
      case "hook.test":
        return this.#test();
      case "hook.deliveries":
        return this.#page(asked);
      case "hook.replay":
        return this.#replay(asked.since);
      default:
        return assertNever(asked);
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    if (this.#book.exists) this.#outbox.replied(tag, outcome);
  }

  alarm(): void {
    this.#outbox.touch();
    this.#keeping.touch();
  }

  settle(): void {
    if (!this.#book.exists) return;
    this.#keeping.settle();
    this.#outbox.settle();
  }

  /** Owes nothing from memory: what is not known to be delivered is posted again. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #delete(): null {
    this.#book.delete();
    this.#outbox.forget();
    return null;
  }

  #update({ settings, enabled }: CallOf<"hook.update">): Endpoint {
    const wasActive = this.#book.isActive;
    this.#book.update(settings, enabled);
    if (this.#book.isActive && (!wasActive || settings.url !== undefined)) this.#outbox.restart();
    return this.#book.read();
  }

  /** A deleted endpoint is told nothing, and whoever still has something for it is done. */
  #put(events: readonly WebhookEvent[]): null {
    if (!this.#book.exists) return null;
    for (const event of events) this.#add(event);
    return null;
  }

  #add({ lane, position, type, timestamp, data, empties }: WebhookEvent): number | undefined {
    const last = this.#events.lastPosition(lane);
    if (last !== undefined && position <= last) return undefined;
    if (empties !== undefined) emptyEvents(this.#events, lane, empties);
    const newest = this.#events.newest();
    const number = newest.number + 1;
    const body = JSON.stringify({ type, timestamp: new Date(timestamp).toISOString(), data });
    this.#events.add({ number, lane, position, type, at: Math.max(newest.at, this.#clock.nowMs()), body });
    this.#outbox.added(lane, position);
    this.#keeping.touch();
    return number;
  }

  #test(): TestResult {
    const position = (this.#events.lastPosition(TEST_LANE) ?? 0) + 1;
    const timestamp = this.#clock.nowMs();
    const number = this.#add({ lane: TEST_LANE, position, type: "endpoint.test", timestamp, data: {} });
    if (number === undefined) throw new Error("a position that is not new");
    return { id: this.#book.idOf(number) };
  }

  #page({ before = Number.MAX_SAFE_INTEGER, limit }: CallOf<"hook.deliveries">): WebhookDeliveries {
    const found = this.#events.page(before, limit + 1);
    const deliveries = found.slice(0, limit).map((delivery) => ({ id: this.#book.idOf(delivery.number), ...delivery }));
    return { deliveries, more: found.length > limit };
  }

  #replay(since: number): ReplayStarted {
    const first = this.#events.firstSince(since);
    if (first === undefined) return { events: 0 };
    this.#lanes.rewind(first, this.#clock.nowMs());
    this.#outbox.touch();
    return { events: this.#events.newest().number - first + 1 };
  }
}
