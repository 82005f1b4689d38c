import type { Effect, RoomCall } from "../../kernel/effects.ts";
import { endEvent } from "../../kernel/event-span.ts";
import type { RoomEvent } from "../../kernel/room.ts";
import type { RoomKindName, RoomName } from "../../kernel/room-name.ts";
import type { TraceContext } from "../../kernel/trace.ts";
import { TurnClock } from "../../kernel/turn-clock.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../protocol/rpc/queue-job.ts";
import type { Actor } from "./actor.ts";
import { Actors } from "./actors.ts";
import { Alarms } from "./alarms.ts";
import type { NativeConnection } from "./connection.ts";
import type { TurnDatabase } from "./database.ts";
import { HeldEffects } from "./held-effects.ts";
import { HostWrites } from "./host-writes.ts";
import { JobQueues } from "./job-queues.ts";
import { KnownApps } from "./known-apps.ts";
import { DURABLE, TurnEffects } from "./turn-effects.ts";
import type { OnCommitFault, TurnJob, TurnPorts } from "./turn-job.ts";
import { TurnMeter } from "./turn-meter.ts";
import { TurnTraces } from "./turn-traces.ts";

const EVICT_INTERVAL_MS = 10_000;
const ALARM_RETRY_MS = 2_000;

/**
 * Runs all native rooms. What arrives in one turn of the event loop, and all the calls between rooms that follow
 * from it, is one transaction; frames and answers leave after its commit. Calls between rooms need no commit of
 * their own in between, because they live or die with the same turn.
 */
export class Turns {
  readonly #db: TurnDatabase;
  readonly #onCommitFault: (fault: unknown) => void;
  readonly #actors: Actors;
  readonly #clock = new TurnClock(() => Date.now());
  readonly #held = new HeldEffects();
  readonly #alarms: Alarms;
  readonly #hostWrites = new HostWrites(() => this.#schedule());
  readonly queues: JobQueues;
  readonly apps: KnownApps;
  readonly #evicting: ReturnType<typeof setInterval>;
  readonly #meter: TurnMeter;
  readonly #traces: TurnTraces;
  readonly #effects: TurnEffects;
  #queue: TurnJob[] = [];
  /** Rooms that had events in this turn and may have batches to start. */
  #unsettled = new Set<Actor>();
  #inTurn = new Set<Actor>();
  #scheduled = false;
  #isStopped = false;
  #idle: (() => void)[] = [];

  constructor(ports: TurnPorts, onCommitFault: OnCommitFault) {
    this.apps = new KnownApps(ports.db);
    this.#actors = new Actors({ ...ports, clock: this.#clock, apps: this.apps });
    this.#meter = new TurnMeter(ports.measures);
    this.#traces = new TurnTraces(ports.tracer);
    this.#db = ports.db;
    this.#onCommitFault = onCommitFault;
    this.#alarms = new Alarms(ports.db, (rooms) => this.#ring(rooms));
    this.queues = new JobQueues(ports.db, (write) => this.#hostWrites.push(write, true));
    this.#effects = new TurnEffects({
      ...{ ask: ports.ask, held: this.#held, hostWrites: this.#hostWrites, alarms: this.#alarms, queues: this.queues },
      ...{ apps: this.apps, meter: this.#meter, traces: this.#traces, push: (job) => this.#push(job) },
    });
    this.#db.commit();
    this.#alarms.schedule();
    this.#evicting = setInterval(() => this.#scheduled || this.#actors.evictIdle(), EVICT_INTERVAL_MS);
  }

  /** Queues an event for the next turn. */
  post(room: RoomName, event: RoomEvent, trace?: TraceContext): void {
    this.#push({ room, event, trace });
  }

  /** Queues a call from outside the rooms; the answer comes after the commit. */
  call(room: RoomName, call: RoomCall, trace?: TraceContext): Promise<Outcome> {
    if (this.#isStopped) return Promise.resolve(failed(new ParleyError("UNAVAILABLE")));
    return new Promise((resolve) => {
      const onOutcome = (outcome: Outcome) => this.#held.answer(resolve, outcome);
      this.#push({ room, event: { type: "call", call }, onOutcome, trace });
    });
  }

  /** Jobs from outside the rooms; the answer comes after the commit. */
  enqueue(queue: QueueName, jobs: readonly QueueJob[]): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#hostWrites.push(() => {
        this.#held.answer(resolve, DURABLE);
        this.queues.add(queue, jobs);
      });
    });
  }

  opened(connection: NativeConnection): void {
    this.#push({ room: connection.room, event: { type: "opened", connection }, opening: connection });
  }

  closed(connection: NativeConnection): void {
    connection.closed();
    this.#actors.detach(connection);
    this.post(connection.room, { type: "closed", connection });
  }

  connections(): NativeConnection[] {
    return this.#actors.connections();
  }

  roomsInMemory(): ReadonlyMap<RoomKindName, number> {
    return this.#actors.countByKind();
  }

  /** Resolves when nothing is queued. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Resolves after the last commit. From now on nobody is let in: consumers at work find rooms unavailable, and their jobs come again. */
  async stop(): Promise<void> {
    clearInterval(this.#evicting);
    this.queues.stop();
    this.#isStopped = true;
    while (this.#scheduled) await new Promise((resolve) => setImmediate(resolve));
    this.#alarms.stop();
  }

  #push(job: TurnJob): void {
    if (this.#isStopped) return;
    this.#queue.push(this.#traces.carried(job));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#clock.tick();
    this.#meter.begins();
    this.#hostWrites.begin();
    this.#drain();
    this.#traces.over();
    try {
      this.#hostWrites.check();
      this.#meter.commits();
      this.#db.commit();
      this.#meter.committed();
      for (const connection of this.#held.release()) this.#actors.detach(connection);
    } catch (fault) {
      this.#lose(fault);
    }
    this.#inTurn.clear();
    this.#alarms.settle();
    this.#scheduled = false;
    this.queues.pump();
    if (this.#queue.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Runs everything queued and all that follows from it; then rooms start their batches, which queues more. */
  #drain(): void {
    for (;;) {
      while (this.#queue.length > 0) for (const job of this.#queue.splice(0)) this.#run(job);
      if (this.#unsettled.size === 0) return;
      const actors = this.#unsettled;
      this.#unsettled = new Set();
      for (const actor of actors) {
        this.#traces.settling(actor);
        this.#effects.perform(actor, this.#runIn(actor, { type: "settle" }).effects);
      }
    }
  }

  #run(job: TurnJob): void {
    const { room, event, onOutcome, opening } = job;
    const actor = this.#actors.of(room);
    if (opening?.isOpen) actor.attach(opening);
    if (event.type === "alarm") this.#hostWrites.now(() => this.#alarms.take(room));
    const span = this.#traces.begin(actor, job);
    const { outcome, effects } = this.#runIn(actor, event);
    if (span !== undefined) endEvent(span, outcome);
    this.#meter.tally.ran(event, outcome);
    this.#unsettled.add(actor);
    this.#effects.perform(actor, effects);
    if (event.type === "alarm" && !outcome.ok) {
      this.#hostWrites.now(() => this.#alarms.set(room, Date.now() + ALARM_RETRY_MS));
    }
    onOutcome?.(outcome);
  }

  /** Also when the turn is lost already: its writes fail, and every request finds its way to an answer. */
  #runIn(actor: Actor, event: RoomEvent): { outcome: Outcome; effects: readonly Effect[] } {
    this.#inTurn.add(actor);
    return actor.run(event);
  }

  /** Nothing of the turn was stored: instances that remember it are dropped, answers become errors. */
  #lose(fault: unknown): void {
    this.#onCommitFault(fault);
    this.#db.rollback();
    this.apps.forgetAll();
    for (const actor of this.#inTurn) this.#effects.perform(actor, actor.evict());
    this.#held.fail();
    this.#meter.lost();
    this.#hostWrites.lost();
    this.#alarms.reload();
  }

  #ring(rooms: readonly RoomName[]): void {
    for (const room of rooms) this.post(room, { type: "alarm" });
  }
}
