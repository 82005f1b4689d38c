import { backoffMs } from "../../kernel/backoff.ts";
import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Clock, Random } from "../../kernel/ports.ts";
import type { AppId, EndpointId } from "../../protocol/ids.ts";
import type { PostCall, PostResult } from "../../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { EndpointBook } from "./endpoint-book.ts";
import type { EventStore } from "./event-store.ts";
import type { LaneStore } from "./lane-store.ts";
import { GIVE_UP_AFTER_MS, LONGEST_PAUSE_MS, RETRY } from "./retry-plan.ts";
import type { EventRow, Lane } from "./types.ts";

/** Posts under way at once. */
const MAX_IN_FLIGHT = 8;
/** After so many failures in a row it is the receiver and no event of it: then one event at a time tries whether it is back. */
const FAILURES_OF_RECEIVER = 8;
const POST_TIMEOUT_MS = 15_000;
/** While posts are under way the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;

interface PostTag {
  readonly kind: "post";
  readonly lane: string;
  readonly position: number;
  readonly number: number;
  /** The `webhook-id`. */
  readonly id: string;
}

interface OutboxPorts {
  readonly app: AppId;
  readonly endpointId: EndpointId;
  readonly book: EndpointBook;
  readonly events: EventStore;
  readonly lanes: LaneStore;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly random: Random;
}

/** Posts what waits: each lane in order, one event of it under way, and a lane that fails holds up no other. */
export class Outbox {
  readonly #ports: OutboxPorts;
  /** By lane: the position that is under way. */
  readonly #inFlight = new Map<string, number>();
  #failures = 0;
  #retryAtMs = 0;
  /** A new instance does not know what an earlier one left to do. */
  #dirty = true;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  touch(): void {
    this.#dirty = true;
  }

  /** Events were added to a lane, of which this is the first. */
  added(lane: string, position: number): void {
    const { lanes, clock } = this.#ports;
    if (lanes.find(lane) === undefined) lanes.put({ lane, position, attempts: 0, firstAt: 0, due: clock.nowMs() });
    this.#dirty = true;
  }

  /** Everything that waits is tried at once. */
  restart(): void {
    this.#ports.lanes.restart(this.#ports.clock.nowMs());
    this.#failures = 0;
    this.#dirty = true;
  }

  /** The endpoint is deleted: answers that are still to come mean nothing. */
  forget(): void {
    this.#inFlight.clear();
    this.#failures = 0;
  }

  replied(callTag: CallTag, outcome: Outcome): void {
    const tag = callTag as Partial<PostTag>; // SAFETY: every tag of this room has a kind
    if (tag.kind === "post") this.#posted(tag as PostTag, outcome); // SAFETY: just checked
  }

  #posted({ lane, position, number, id }: PostTag, outcome: Outcome): void {
    const { book, events, lanes, clock } = this.#ports;
    // Of an endpoint that was deleted in the meantime.
    if (id !== book.idOf(number)) return;
    this.#dirty = true;
    if (this.#inFlight.get(lane) === position) this.#inFlight.delete(lane);
    // A host that could not even ask says nothing about the receiver: the event is posted again.
    const result = resultOf(outcome);
    const isDelivered = result.kind === "answered" && result.status >= 200 && result.status < 300;
    const { tookMs } = result;
    const end = result.kind === "answered" ? { status: result.status } : { failure: result.why };
    events.attempted(number, isDelivered, { at: clock.nowMs(), tookMs, ...end });
    if (isDelivered) book.succeeded();
    else this.#report(book.failed(result.kind === "answered" && result.status === 410));
    this.#count(isDelivered);
    const waiting = lanes.find(lane);
    // Posted by an earlier instance as well, and settled then; or the lane was rewound.
    if (waiting?.position !== position) return;
    if (isDelivered) this.#advance(waiting);
    else this.#failed(waiting, result);
  }

  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { book, effects, clock } = this.#ports;
    if (!book.isActive) return;
    if (this.#isHeld()) effects.wakeAt(this.#retryAtMs);
    else this.#post();
    if (this.#inFlight.size > 0) effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }

  /** Whoever runs the deployment hears of it. */
  #report(disabled: "gone" | "failing" | undefined): void {
    const { app, endpointId, effects } = this.#ports;
    if (disabled === undefined) return;
    effects.call("@hook", { type: "disabled", app, endpointId, why: disabled }, { kind: "reported" });
  }

  #count(isDelivered: boolean): void {
    if (isDelivered) this.#failures = 0;
    // Those that were under way together failed together.
    else if (!this.#isHeld()) this.#failures += 1;
    const beyond = this.#failures - FAILURES_OF_RECEIVER;
    if (beyond >= 0 && !this.#isHeld()) this.#retryAtMs = this.#ports.clock.nowMs() + this.#pauseMs(beyond + 1);
  }

  #isHeld(): boolean {
    if (this.#failures < FAILURES_OF_RECEIVER) return false;
    const waitMs = this.#retryAtMs - this.#ports.clock.nowMs();
    // A clock that was put back must not make the pause longer.
    return waitMs > 0 && waitMs <= LONGEST_PAUSE_MS;
  }

  #post(): void {
    const { lanes, effects, clock } = this.#ports;
    const capacity = this.#failures < FAILURES_OF_RECEIVER ? MAX_IN_FLIGHT : 1;
    const nowMs = clock.nowMs();
    for (const lane of lanes.byDue(MAX_IN_FLIGHT + this.#inFlight.size)) {
      if (this.#inFlight.size >= capacity) return;
      if (this.#inFlight.has(lane.lane)) continue;
      const waitMs = lane.due - nowMs;
      if (waitMs > 0 && waitMs <= LONGEST_PAUSE_MS) {
        effects.wakeAt(lane.due);
        return;
      }
      this.#postNextOf(lane);
    }
  }

  #postNextOf(lane: Lane): void {
    const { events, effects, lanes } = this.#ports;
    const event = events.from(lane.lane, lane.position);
    if (event === undefined) {
      // The rest of it was too old to be kept.
      lanes.delete(lane.lane);
      return;
    }
    const { position, number } = event;
    // What was before it was too old to be kept.
    if (position !== lane.position) lanes.put({ ...lane, position, attempts: 0, firstAt: 0 });
    this.#inFlight.set(lane.lane, position);
    const call = this.#callOf(event);
    const tag: PostTag = { kind: "post", lane: lane.lane, position, number, id: call.id };
    effects.call("@hook", call, tag);
  }

  #callOf({ number, body }: EventRow): PostCall {
    const { book } = this.#ports;
    const { url } = book.settings;
    const id = book.idOf(number);
    return { type: "post", url, secrets: book.signingSecrets(), id, body, timeoutMs: POST_TIMEOUT_MS };
  }

  #advance({ lane, position }: Lane): void {
    const { events, lanes, clock } = this.#ports;
    const next = events.from(lane, position + 1);
    if (next === undefined) lanes.delete(lane);
    else lanes.put({ lane, position: next.position, attempts: 0, firstAt: 0, due: clock.nowMs() });
  }

  #failed(lane: Lane, result: PostResult): void {
    const { lanes, clock } = this.#ports;
    const nowMs = clock.nowMs();
    const attempts = lane.attempts + 1;
    const firstAt = lane.attempts === 0 ? nowMs : lane.firstAt;
    if (nowMs - firstAt >= GIVE_UP_AFTER_MS) {
      this.#advance(lane);
      return;
    }
    const wantedMs = result.kind === "answered" ? (result.retryAfterMs ?? 0) : 0;
    const pauseMs = Math.max(this.#pauseMs(attempts), Math.min(wantedMs, LONGEST_PAUSE_MS));
    lanes.put({ ...lane, attempts, firstAt, due: nowMs + pauseMs });
  }

  #pauseMs(attempts: number): number {
    return backoffMs(RETRY, attempts, this.#ports.random());
  }
}

function resultOf(outcome: Outcome): PostResult {
  if (outcome.ok) return outcome.value as PostResult; // SAFETY: what the service answers a post with
  return { kind: "unanswered", why: "lost", tookMs: 0 };
}
