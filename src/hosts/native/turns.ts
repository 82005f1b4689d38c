import type { Effect } from "../../kernel/effects.ts";
import type { RoomEvent } from "../../kernel/room.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { TurnClock } from "../../kernel/turn-clock.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { Actor, type ActorPorts } from "./actor.ts";
import { Alarms } from "./alarms.ts";
import type { NativeConnection } from "./connection.ts";
import type { TurnDatabase } from "./database.ts";
import { HeldEffects } from "./held-effects.ts";

/** An instance that had no event for this long is dropped. */
const IDLE_AFTER_MS = 30_000;
const EVICT_INTERVAL_MS = 10_000;
const ALARM_RETRY_MS = 2_000;

interface Job {
  readonly room: RoomName;
  readonly event: RoomEvent;
  /** Where the outcome goes: another room's queue, within the turn. */
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Joins the room's connections with its event, so that of several that open in one turn each finds those before it. */
  readonly opening?: NativeConnection | undefined;
}

export type TurnPorts = Omit<ActorPorts, "clock">;
export type OnCommitFault = (fault: unknown) => void;

/**
 * Runs all native rooms. What arrives in one turn of the event loop, and all the calls between rooms that follow
 * from it, is one transaction; frames and answers leave after its commit. Calls between rooms need no commit of
 * their own in between, because they live or die with the same turn.
 */
export class Turns {
  readonly #db: TurnDatabase;
  readonly #ports: ActorPorts;
  readonly #onCommitFault: OnCommitFault;
  readonly #actors = new Map<RoomName, Actor>();
  readonly #clock = new TurnClock(() => Date.now());
  readonly #held = new HeldEffects();
  readonly #alarms: Alarms;
  readonly #evicting: ReturnType<typeof setInterval>;
  #queue: Job[] = [];
  /** Rooms that had events in this turn and may have batches to start. */
  #unsettled = new Set<Actor>();
  #inTurn = new Set<Actor>();
  #alarmFault: unknown;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(ports: TurnPorts, onCommitFault: OnCommitFault) {
    this.#ports = { ...ports, clock: this.#clock };
    this.#db = ports.db;
    this.#onCommitFault = onCommitFault;
    this.#alarms = new Alarms(ports.db, (rooms) => this.#ring(rooms));
    this.#db.commit();
    this.#alarms.schedule();
    this.#evicting = setInterval(() => this.#evictIdle(), EVICT_INTERVAL_MS);
  }

  /** Queues an event for the next turn. */
  post(room: RoomName, event: RoomEvent): void {
    this.#push({ room, event });
  }

  /** Queues a call from outside the rooms; the answer comes after the commit. */
  call(room: RoomName, call: Extract<RoomEvent, { type: "call" }>["call"]): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#push({ room, event: { type: "call", call }, onOutcome: (outcome) => this.#held.answer(resolve, outcome) });
    });
  }

  opened(connection: NativeConnection): void {
    this.#push({ room: connection.room, event: { type: "opened", connection }, opening: connection });
  }

  closed(connection: NativeConnection): void {
    connection.closed();
    this.#actors.get(connection.room)?.detach(connection);
    this.post(connection.room, { type: "closed", connection });
  }

  connections(): NativeConnection[] {
    return [...this.#actors.values()].flatMap((actor) => actor.connections);
  }

  roomsInMemory(): number {
    return this.#actors.size;
  }

  /** Resolves when nothing is queued. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  stop(): void {
    clearInterval(this.#evicting);
    this.#alarms.stop();
  }

  #push(job: Job): void {
    this.#queue.push(job);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#clock.tick();
    this.#drain();
    try {
      if (this.#alarmFault !== undefined) throw this.#alarmFault;
      this.#db.commit();
      for (const connection of this.#held.release()) this.#actors.get(connection.room)?.detach(connection);
    } catch (fault) {
      this.#lose(fault);
    }
    this.#alarmFault = undefined;
    this.#inTurn.clear();
    this.#alarms.settle();
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Runs everything queued and all that follows from it; then rooms start their batches, which queues more. */
  #drain(): void {
    for (;;) {
      while (this.#queue.length > 0) {
        const jobs = this.#queue;
        this.#queue = [];
        for (const job of jobs) this.#run(job);
      }
      if (this.#unsettled.size === 0) return;
      const actors = this.#unsettled;
      this.#unsettled = new Set();
      for (const actor of actors) this.#perform(actor, this.#runIn(actor, { type: "settle" }).effects);
    }
  }

  #run({ room, event, onOutcome, opening }: Job): void {
    const actor = this.#actor(room);
    if (opening?.isOpen) actor.attach(opening);
    if (event.type === "alarm") this.#withAlarms((alarms) => alarms.take(room));
    const { outcome, effects } = this.#runIn(actor, event);
    this.#unsettled.add(actor);
    this.#perform(actor, effects);
    if (event.type === "alarm" && !outcome.ok) {
      this.#withAlarms((alarms) => alarms.set(room, Date.now() + ALARM_RETRY_MS));
    }
    onOutcome?.(outcome);
  }

  /** Also when the turn is lost already: its writes fail, and every request finds its way to an answer. */
  #runIn(actor: Actor, event: RoomEvent): { outcome: Outcome; effects: readonly Effect[] } {
    this.#inTurn.add(actor);
    return actor.run(event);
  }

  /** Alarm rows belong to no event. When one cannot be written, nothing of the turn may be stored. */
  #withAlarms(write: (alarms: Alarms) => void): void {
    try {
      write(this.#alarms);
    } catch (fault) {
      this.#alarmFault ??= fault;
    }
  }

  #perform(actor: Actor, effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          // SAFETY: the connections of native rooms are NativeConnections
          for (const one of effect.connections) this.#held.send(one as NativeConnection, effect.frame);
          break;
        case "close": {
          const connection = effect.connection as NativeConnection; // SAFETY: as above
          actor.detach(connection);
          this.#held.close(connection, effect.code, effect.reason);
          break;
        }
        case "call": {
          const { to, call, tag } = effect;
          const reply = (outcome: Outcome) =>
            this.#push({ room: actor.name, event: { type: "replied", tag, outcome } });
          this.#push({ room: to, event: { type: "call", call }, onOutcome: reply });
          break;
        }
        case "wake":
          this.#withAlarms((alarms) => alarms.set(actor.name, effect.atMs));
          break;
      }
    }
  }

  /** Nothing of the turn was stored: instances that remember it are dropped, answers become errors. */
  #lose(fault: unknown): void {
    this.#onCommitFault(fault);
    this.#db.rollback();
    for (const actor of this.#inTurn) this.#perform(actor, actor.evict());
    this.#held.fail();
    this.#alarms.reload();
  }

  #actor(name: RoomName): Actor {
    let actor = this.#actors.get(name);
    if (actor === undefined) {
      actor = new Actor(name, this.#ports);
      this.#actors.set(name, actor);
    }
    return actor;
  }

  #ring(rooms: readonly RoomName[]): void {
    for (const room of rooms) this.post(room, { type: "alarm" });
  }

  #evictIdle(): void {
    if (this.#scheduled) return;
    const idleSinceMs = Date.now() - IDLE_AFTER_MS;
    for (const [name, actor] of this.#actors) {
      if (!actor.isIdleSince(idleSinceMs)) continue;
      actor.evict();
      if (actor.connections.length === 0) this.#actors.delete(name);
    }
  }
}
