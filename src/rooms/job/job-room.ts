import { assertNever } from "../../kernel/assert.ts";
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
import { JobStore } from "./job-store.ts";
import { Retries } from "./retries.ts";
import { Targets } from "./targets.ts";
import type { Order, State } from "./types.ts";
import { type ItemTag, Work } from "./work.ts";

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
  #work: Work | undefined;

  constructor({ app, jobId }: Address, ports: RoomPorts, effects: Effects) {
    this.#address = { app, jobId };
    this.#ports = ports;
    this.#effects = effects;
    this.#store = new JobStore(ports.sql);
    const found = this.#store.find();
    if (found !== undefined) this.#work = this.#workOn(found.order, found.state);
  }

  call(call: RoomCall): JobProgress {
    const asked = call as JobCall; // SAFETY: hosts route by room kind, and only JobCall goes to job rooms
    if (asked.type === "start") return this.#start(asked);
    const work = this.#work;
    if (work === undefined) throw new ParleyError("NO_SUCH_JOB");
    switch (asked.type) {
      case "progress":
        return work.progress();
      case "cancel":
        work.cancel();
        return work.progress();
      default:
        return assertNever(asked);
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    this.#work?.replied(tag as ItemTag, outcome); // SAFETY: this room makes no other tags
  }

  alarm(): void {
    const endedAt = this.#work?.endedAt;
    if (endedAt !== undefined && endedAt + KEPT_MS <= this.#ports.clock.nowMs()) this.#forget();
    else this.#work?.touch();
  }

  settle(): void {
    this.#work?.settle();
    const endedAt = this.#work?.endedAt;
    if (endedAt !== undefined) this.#effects.wakeAt(endedAt + KEPT_MS);
  }

  /** Owes nothing from memory: what is not written down is done again. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #start({ job, targets, verdict }: Start): JobProgress {
    const digest = digestOf(JSON.stringify([job, targets]));
    if (this.#work !== undefined) {
      if (this.#work.order.digest !== digest) throw new ParleyError("PACK_CONFLICT");
      return this.#work.progress();
    }
    const different = [...new Set(targets)];
    const order = { job: decided(job, verdict), digest, total: different.length, createdAt: this.#ports.clock.nowMs() };
    const state = { cursor: 0, done: 0, failed: 0, phase: { kind: "open" } } as const;
    this.#store.create(order, different);
    this.#store.putState(state);
    this.#work = this.#workOn(order, state);
    return this.#work.progress();
  }

  #forget(): void {
    this.#store.deleteAll();
    this.#work = undefined;
  }

  #workOn(order: Order, state: State): Work {
    const { clock, random } = this.#ports;
    const store = this.#store;
    const retries = new Retries({ store, clock, random });
    const ports = { ...this.#address, store, targets: new Targets(store), retries, clock, effects: this.#effects };
    return new Work(ports, order, state);
  }
}

/** The job as the app wants it done: the verdict goes with its message to each session. Throws why it does not. */
function decided(job: Job, verdict: Verdict | undefined): Job {
  if (verdict === undefined || !("message" in job)) return job;
  if (verdict.kind === "refused") throw new ParleyError(verdict.error, verdict.detail);
  return { ...job, message: { ...job.message, verdict } };
}
