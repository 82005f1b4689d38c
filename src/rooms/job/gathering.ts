import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Clock, Random } from "../../kernel/ports.ts";
import { directoryRooms } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { JobProgress } from "../../protocol/job-progress.ts";
import type { DirectoryPage } from "../../protocol/rpc/directory-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { Burst } from "./burst.ts";
import { jobKindOf } from "./job-kinds.ts";
import { CHUNK_SIZE, type JobStore } from "./job-store.ts";
import type { Found, Order, Stage, State } from "./types.ts";

const RETRY: BackoffPlan = { baseMs: 500, maxMs: 60_000 };
/** While a page is asked for, the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const MAX_PAGES_AT_ONCE = 4;

/** Tag of a page's call: where the page begins. */
type PageTag = Pick<Found, "shard" | "after">;

interface GatheringPorts {
  readonly app: AppId;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly effects: Effects;
  /** It is over: the work goes on from this state. */
  readonly begin: (order: Order, state: State) => void;
}

/** Finds the targets of a job for everybody, from a committed place in the app's directory, before the first of them is called. */
export class Gathering implements Stage {
  readonly #ports: GatheringPorts;
  readonly order: Order;
  readonly endedAt = undefined;
  #found: Found;
  #isAsking = false;
  #failures = 0;
  #retryAtMs = 0;
  readonly #burst: Burst;
  /** A new instance does not know what an earlier one asked for. */
  #dirty = true;

  constructor(ports: GatheringPorts, order: Order, found: Found) {
    this.#ports = ports;
    this.order = order;
    this.#found = found;
    this.#burst = new Burst(ports.clock, MAX_PAGES_AT_ONCE);
  }

  progress(): JobProgress {
    const { job, createdAt } = this.order;
    const { total } = this.#found;
    return { kind: job.kind, state: "gathering", total, done: 0, failed: 0, failures: [], createdAt };
  }

  cancel(): void {
    this.#begin({ kind: "cancelled", endedAt: this.#ports.clock.nowMs() });
    this.#ports.store.deleteTargets();
  }

  touch(): void {
    this.#dirty = true;
  }

  replied(tag: CallTag, outcome: Outcome): void {
    const { shard, after } = tag as PageTag; // SAFETY: looked at only as far as it is one
    // An earlier instance's call may be answered as well; what it asked for is known by then.
    if (shard !== this.#found.shard || after !== this.#found.after) return;
    this.#dirty = true;
    this.#isAsking = false;
    if (outcome.ok)
      this.#take(outcome.value as DirectoryPage); // SAFETY: what directory.page answers with
    else this.#failed();
  }

  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { clock, effects } = this.#ports;
    const waitMs = this.#waitMs();
    if (!this.#isAsking && waitMs === 0) this.#ask();
    effects.wakeAt(clock.nowMs() + (this.#isAsking ? RESUME_AFTER_MS : waitMs));
  }

  /** A clock that was put back must not make the pause longer than any is. */
  #waitMs(): number {
    const waitMs = this.#retryAtMs - this.#ports.clock.nowMs();
    if (waitMs > 0 && waitMs <= RETRY.maxMs) return waitMs;
    return this.#burst.isSpent() ? 1 : 0;
  }

  /** No more than the row of targets that is being filled has room for. */
  #ask(): void {
    const { app, effects } = this.#ports;
    const { shard, after, total } = this.#found;
    const room = directoryRooms(app)[shard];
    if (room === undefined) throw new Error(`a directory without a shard ${shard}`);
    this.#isAsking = true;
    this.#burst.add();
    const tag: PageTag = { shard, after };
    effects.call(room, { type: "directory.page", after, limit: CHUNK_SIZE - (total % CHUNK_SIZE) }, tag);
  }

  #take({ users, more }: DirectoryPage): void {
    this.#failures = 0;
    const { store, app } = this.#ports;
    const { shard, total } = this.#found;
    const { job } = this.order;
    const { targetOf = (_, userId) => userId } = jobKindOf(job);
    const targets = users.flatMap(({ userId }) => targetOf(job, userId) ?? []);
    store.addTargets(targets, total);
    const last = users.at(-1)?.userId ?? "";
    const next = more ? { shard, after: last } : { shard: shard + 1, after: "" };
    this.#found = { ...next, total: total + targets.length };
    store.putFound(this.#found);
    if (this.#found.shard === directoryRooms(app).length) this.#begin({ kind: "open" });
  }

  #failed(): void {
    const { clock, random } = this.#ports;
    this.#failures += 1;
    this.#retryAtMs = clock.nowMs() + backoffMs(RETRY, this.#failures, random());
  }

  #begin(phase: State["phase"]): void {
    const state: State = { cursor: 0, done: 0, failed: 0, phase };
    this.#ports.store.putState(state);
    this.#ports.begin({ ...this.order, total: this.#found.total }, state);
  }
}
