import type { CallTag, Effect } from "../../kernel/effects.ts";
import { addressOf } from "../../kernel/room-name.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Actor } from "./actor.ts";
import type { Alarms } from "./alarms.ts";
import type { NativeConnection } from "./connection.ts";
import type { HeldEffects } from "./held-effects.ts";
import type { HostWrites } from "./host-writes.ts";
import type { JobQueues } from "./job-queues.ts";
import type { KnownApps } from "./known-apps.ts";
import type { TurnJob, TurnPorts } from "./turn-job.ts";
import type { TurnMeter } from "./turn-meter.ts";
import type { TurnTraces } from "./turn-traces.ts";

/** Jobs live or die with the turn that made them. */
export const DURABLE: Outcome = { ok: true, value: null };

interface EffectPorts extends Pick<TurnPorts, "ask"> {
  readonly held: HeldEffects;
  readonly hostWrites: HostWrites;
  readonly alarms: Alarms;
  readonly queues: JobQueues;
  readonly apps: KnownApps;
  readonly meter: TurnMeter;
  readonly traces: TurnTraces;
  readonly push: (job: TurnJob) => void;
}

/** What rooms want done: calls go into the turn, alarms and jobs into its rows, and what leaves is held until its commit. */
export class TurnEffects {
  readonly #ports: EffectPorts;

  constructor(ports: EffectPorts) {
    this.#ports = ports;
  }

  perform(actor: Actor, effects: readonly Effect[]): void {
    for (const effect of effects) this.#perform(actor, effect);
  }

  #perform(actor: Actor, effect: Effect): void {
    const { held, hostWrites, alarms, queues, apps, meter, traces } = this.#ports;
    switch (effect.kind) {
      case "send":
        meter.tally.sent(effect);
        // SAFETY: the connections of native rooms are NativeConnections
        for (const one of effect.connections) held.send(one as NativeConnection, effect.frame);
        break;
      case "close": {
        const connection = effect.connection as NativeConnection; // SAFETY: as above
        actor.detach(connection);
        held.close(connection, effect.code, effect.reason);
        break;
      }
      case "call":
        this.#call(actor, effect);
        break;
      case "enqueue":
        hostWrites.now(() => queues.add(effect.queue, traces.carriedJobs(effect.jobs)));
        this.#replied(actor, effect.tag, DURABLE);
        break;
      case "ask":
        this.#ask(actor, effect);
        break;
      case "settings":
        apps.forget(addressOf(actor.name).app);
        break;
      case "wake":
        hostWrites.now(() => alarms.set(actor.name, effect.atMs));
        break;
    }
  }

  #call(actor: Actor, { to, call, tag }: Effect & { kind: "call" }): void {
    const onOutcome = (outcome: Outcome) => this.#replied(actor, tag, outcome);
    this.#ports.push({ room: to, event: { type: "call", call }, onOutcome });
  }

  #ask(actor: Actor, { question, tag }: Effect & { kind: "ask" }): void {
    const { held, ask } = this.#ports;
    held.ask(() => void ask(question).then((outcome) => this.#replied(actor, tag, outcome)));
  }

  #replied(actor: Actor, tag: CallTag, outcome: Outcome): void {
    this.#ports.push({ room: actor.name, event: { type: "replied", tag, outcome } });
  }
}
