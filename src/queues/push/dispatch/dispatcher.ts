import { mailboxRoom } from "../../../kernel/room-name.ts";
import type { AppId } from "../../../protocol/ids.ts";
import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import { isRefusal } from "../../../protocol/rpc/outcome.ts";
import type { PushCall, PushResult, PushTaken } from "../../../protocol/rpc/push-call.ts";
import type { PushJob } from "../../../protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type Verdict } from "../../consumer.ts";
import { inParallel } from "../../in-parallel.ts";
import { QUEUE_PLANS } from "../../queue-plan.ts";
import type { Attempt } from "./attempt.ts";
import { Errand } from "./errand.ts";
import { decide } from "./outcome-policy.ts";
import type { DispatchPorts } from "./ports.ts";
import { type Asked, plan, type Request, type WayTo } from "./requests.ts";

/** A mailbox that is out of reach for a moment must not make its user's push go out again. */
const MAX_SETTLE_TRIES = 3;
const UNREACHABLE: Attempt = { kind: "asked", outcome: { kind: "giveUp", reason: "unknown-package" } };
const AGAIN: Verdict = { kind: "retry" };

export interface DispatcherOptions {
  /** Rejects when it cannot be known now. */
  readonly waysOf: (app: AppId) => Promise<WayTo>;
  /** Requests under way at once. */
  readonly concurrencyOf: (provider: PushProviderName) => number;
}

/**
 * Works on the queue of pushes: asks each user's mailbox what is to be sent now, sends it, tells the mailbox what came of it. Whatever
 * was under way in a process that died comes again: a device may get the same notification twice, in one place, but never none.
 */
export class Dispatcher implements QueueConsumer<PushJob> {
  readonly #options: DispatcherOptions;
  readonly #ports: DispatchPorts;

  constructor(options: DispatcherOptions, ports: DispatchPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async consume(batch: readonly Delivery<PushJob>[]): Promise<readonly Verdict[]> {
    const verdicts = new Map<string, Verdict>();
    const errands: Errand[] = [];
    // A job that is there twice is one.
    const unique = new Map(batch.map((delivery) => [delivery.job.pushId, delivery]));
    await Promise.all(
      [...unique].map(async ([pushId, delivery]) => {
        const taken = await this.#take(delivery);
        if (taken instanceof Errand) errands.push(taken);
        else verdicts.set(pushId, taken);
      }),
    );
    await this.#send(errands, (errand, verdict) => verdicts.set(errand.delivery.job.pushId, verdict));
    return batch.map(({ job }) => verdicts.get(job.pushId) ?? AGAIN);
  }

  /** What is to be done, or what becomes of the job already. */
  async #take(delivery: Delivery<PushJob>): Promise<Errand | Verdict> {
    const { pushId } = delivery.job;
    const outcome = await this.#call(delivery.job, { type: "push.take", pushId });
    if (!outcome.ok) return isRefusal(outcome) ? { kind: "dead", reason: outcome.message } : AGAIN;
    const taken = outcome.value as PushTaken; // SAFETY: what push.take answers with
    if (taken.kind === "nothing") return DONE;
    const errand = new Errand(delivery, taken);
    return errand.devices.length === 0 ? DONE : errand;
  }

  async #send(taken: readonly Errand[], end: (errand: Errand, verdict: Verdict) => void): Promise<void> {
    const ways = await this.#waysOf(new Set(taken.map(({ delivery }) => delivery.job.app)));
    // Those of other apps have no verdict, and come again.
    const errands = taken.filter(({ delivery }) => ways.has(delivery.job.app));
    const { requests, unreachable } = plan(errands, ways);
    const settling: Promise<void>[] = [];
    const tried = ({ errand, target }: Asked, attempt: Attempt) => {
      this.#count(target.provider, attempt);
      if (errand.tried(target, attempt)) settling.push(this.#settle(errand).then((verdict) => end(errand, verdict)));
    };
    for (const asked of unreachable) tried(asked, UNREACHABLE);
    const byProvider = Map.groupBy(requests, ({ to }) => to[0]?.target.provider);
    await Promise.all(
      [...byProvider].map(([provider, some]) =>
        inParallel(some, provider === undefined ? 1 : this.#options.concurrencyOf(provider), async (request) =>
          this.#ask(request, tried),
        ),
      ),
    );
    await Promise.all(settling);
  }

  async #waysOf(apps: ReadonlySet<AppId>): Promise<ReadonlyMap<AppId, WayTo>> {
    const ways = new Map<AppId, WayTo>();
    for (const app of apps) {
      try {
        ways.set(app, await this.#options.waysOf(app));
      } catch (fault) {
        this.#ports.onFault(fault);
      }
    }
    return ways;
  }

  async #ask({ lane, to, ask }: Request, tried: (asked: Asked, attempt: Attempt) => void): Promise<void> {
    const attempts = await lane.send(to, ask);
    for (const [index, asked] of to.entries()) {
      const attempt = attempts[index];
      if (attempt !== undefined) tried(asked, attempt);
    }
  }

  /** As soon as an errand is through: the longer it takes, the more goes out again if this process dies. */
  async #settle(errand: Errand): Promise<Verdict> {
    const { clock, random } = this.#ports;
    const { delivery, work } = errand;
    const tried = {
      attempts: errand.attempts(),
      handedOver: delivery.attempts,
      expiresAtMs: work.expiresAtMs,
    };
    const ports = { nowMs: clock.nowMs(), random: random(), retry: QUEUE_PLANS.push.retry };
    const { results, verdict } = decide(tried, ports);
    if (results.length === 0 || (await this.#isSettled(delivery.job, results))) return verdict;
    return AGAIN;
  }

  async #isSettled(job: PushJob, results: readonly PushResult[]): Promise<boolean> {
    for (let tries = 1; tries <= MAX_SETTLE_TRIES; tries += 1) {
      const outcome = await this.#call(job, { type: "push.settle", pushId: job.pushId, results });
      if (outcome.ok || isRefusal(outcome)) return true;
    }
    return false;
  }

  #call({ app, userId }: PushJob, call: PushCall) {
    return this.#ports.call(mailboxRoom(app, userId), call);
  }

  #count(provider: PushProviderName, attempt: Attempt): void {
    if (attempt.kind === "asked") this.#ports.count(provider, attempt.outcome.kind);
  }
}
