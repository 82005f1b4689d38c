import { digestOf } from "../../kernel/digest.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, JobId } from "../../protocol/ids.ts";
import type { JobProgress } from "../../protocol/job-progress.ts";
import type { Job, JobCall } from "../../protocol/rpc/job-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";
import { Gathering } from "./gathering.ts";
import { JobStore } from "./job-store.ts";
import { Retries } from "./retries.ts";
import { Targets } from "./targets.ts";
import type { Found, Order, Stage, State } from "./types.ts";
import { Work } from "./work.ts";

/** How long the result of a job can be asked for. */
const KEPT_MS = 7 * 86_400_000;

interface Address {
  readonly app: AppId;
  readonly jobId: JobId;
}

type Start = JobCall & { readonly type: "start" };

/** One call to many rooms, made until each of them has answered. Rules: SPEC.md. */
export class JobRoom implements Room {
  readonly #address: Address;
  readonly #ports: RoomPorts;
  readonly #effects: Effects;
  readonly #store: JobStore;
  #stage: Stage | undefined;

  constructor({ app, jobId }: Address, ports: RoomPorts, effects: Effects) {
    this.#address = { app, jobId };
    this.#ports = ports;
    this.#effects = effects;
    this.#store = new JobStore(ports.sql);
    const found = this.#store.find();
    if (found !== undefined) this.#stage = this.#stageAt(found.order, found.at);
  }

  call(call: RoomCall): JobProgress {
    const asked = call as JobCall; // SAFETY: hosts route by room kind, and only JobCall goes to job rooms
    if (asked.type === "start") return this.#start(asked);
    if (asked.type === "cancel") this.#stage?.cancel();
    if (this.#stage === undefined) throw new ParleyError("NO_SUCH_JOB");
    return this.#stage.progress();
  }

  replied(tag: CallTag, outcome: Outcome): void {
    this.#stage?.replied(tag, outcome);
  }

  alarm(): void {
    const endedAt = this.#stage?.endedAt;
    if (endedAt !== undefined && endedAt + KEPT_MS <= this.#ports.clock.nowMs()) this.#forget();
    else this.#stage?.touch();
  }

  settle(): void {
    this.#stage?.settle();
    const endedAt = this.#stage?.endedAt;
    if (endedAt !== undefined) this.#effects.wakeAt(endedAt + KEPT_MS);
  }

  /** Owes nothing from memory: what is not written down is done again. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #start({ job, targets, verdict }: Start): JobProgress {
    const digest = digestOf(JSON.stringify([job, targets]));
    if (this.#stage !== undefined) {
      if (this.#stage.order.digest !== digest) throw new ParleyError("PACK_CONFLICT");
      return this.#stage.progress();
    }
    const different = targets === "all" ? [] : [...new Set(targets)];
    const order = { job: decided(job, verdict), digest, total: different.length, createdAt: this.#ports.clock.nowMs() };
    this.#store.create(order, different);
    this.#stage = this.#stageAt(order, targets === "all" ? this.#gather() : this.#open());
    return this.#stage.progress();
  }

  #gather(): Found {
    const found = { shard: 0, after: "", total: 0 };
    this.#store.putFound(found);
    return found;
  }

  #open(): State {
    const state = { cursor: 0, done: 0, failed: 0, phase: { kind: "open" } } as const;
    this.#store.putState(state);
    return state;
  }

  #forget(): void {
    this.#store.deleteAll();
    this.#stage = undefined;
  }

  #stageAt(order: Order, at: State | Found): Stage {
    const { clock, random } = this.#ports;
    const ports = { ...this.#address, store: this.#store, clock, random, effects: this.#effects };
    if ("phase" in at) {
      const retries = new Retries(ports);
      return new Work({ ...ports, targets: new Targets(this.#store), retries }, order, at);
    }
    const begin = (complete: Order, state: State) => {
      this.#stage = this.#stageAt(complete, state);
    };
    return new Gathering({ ...ports, begin }, order, at);
  }
}

/** The job as the app wants it done: the verdict goes with its message to each session. Throws why it does not. */
function decided(job: Job, verdict: Verdict | undefined): Job {
  if (verdict === undefined || !("message" in job)) return job;
  if (verdict.kind === "refused") throw new ParleyError(verdict.error, verdict.detail);
  return { ...job, message: { ...job.message, verdict } };
}
