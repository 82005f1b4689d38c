import type { CallTag, Effect, RoomCall } from "../../src/kernel/effects.ts";
import { DEFAULT_POLICY, type RoomPolicy } from "../../src/kernel/policy.ts";
import type { Random } from "../../src/kernel/ports.ts";
import type { RoomEvent } from "../../src/kernel/room.ts";
import { addressOf, mailboxRoom, type RoomName } from "../../src/kernel/room-name.ts";
import { type EnqueueCall, questionOf, queueOf } from "../../src/kernel/services.ts";
import { Visit, type VisitorState } from "../../src/kernel/visit.ts";
import { jsonCodec } from "../../src/protocol/codec-json.ts";
import type { AppId, DeviceType, UserId } from "../../src/protocol/ids.ts";
import type { ArchiveCall } from "../../src/protocol/rpc/archive-call.ts";
import type { HookServiceCall } from "../../src/protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../src/protocol/rpc/queue-job.ts";
import type { Scope } from "../../src/protocol/scope.ts";
import type { UpFrame } from "../../src/protocol/up.ts";
import { type Called, type Fate, type Flight, Flights, UNREACHABLE } from "./flights.ts";
import { app } from "./names.ts";
import { Places } from "./places.ts";
import { seededRandom } from "./random.ts";
import { SimConnection } from "./sim-connection.ts";
import { SimStorage } from "./sim-storage.ts";

export interface ConnectOptions {
  readonly deviceType?: DeviceType;
  readonly deviceId?: string;
  readonly tokenId?: string;
  readonly issuedAtMs?: number;
  readonly expiresAtMs?: number;
  readonly app?: AppId;
  readonly scopes?: readonly Scope[];
}

const AMPLE: RoomPolicy = { ...DEFAULT_POLICY, requestsPerSecond: 1_000_000, requestBurst: 1_000_000 };

/**
 * Real rooms on virtual time. Every event and the `settle` after it are one transaction; calls between rooms wait in
 * `flights` until the test, or the seed, lets one of them arrive or get lost.
 */
export class World {
  readonly storage = new SimStorage();
  readonly random: Random;
  /** Durable, like rows. */
  readonly alarms = new Map<RoomName, number>();
  readonly faults: unknown[] = [];
  readonly #places: Places;
  readonly #flights = new Flights((called) => this.#answer(called));
  /** Durable, like rows. */
  readonly #jobs = new Map<QueueName, QueueJob[]>();
  /** What the archive answers. */
  archive: (call: ArchiveCall) => Outcome = () => UNREACHABLE;
  /** What servers of third parties answer. */
  hook: (call: HookServiceCall) => Outcome = () => UNREACHABLE;
  nowMs = 1_700_000_000_000;

  /** Unless there are `newUsers`, the directory knows of everybody before they do anything, and is told nothing. */
  constructor(options: { seed?: number; policy?: Partial<RoomPolicy>; newUsers?: boolean } = {}) {
    this.random = seededRandom(options.seed ?? 1);
    this.#places = new Places({
      ...{ storage: this.storage, clock: { nowMs: () => this.nowMs }, random: this.random },
      policy: { ...AMPLE, ...options.policy },
      newUsers: options.newUsers ?? false,
      onFault: (fault) => this.faults.push(fault),
    });
  }

  /** A call from outside of the rooms, answered at once. */
  call(room: RoomName, call: RoomCall): Outcome {
    return this.#run(room, { type: "call", call });
  }

  /** A request over HTTP; calls that follow from it are under way when this returns. */
  ask(room: RoomName, state: VisitorState, frame: UpFrame): Promise<Outcome> {
    const visit = new Visit();
    const connection = new SimConnection(room, state, { nowMs: () => this.nowMs });
    connection.onFrame = (answer) => visit.take(answer);
    connection.onClose = (code) => visit.closed(code);
    this.#run(room, { type: "received", connection, request: { ok: true, frame } });
    return visit.answer;
  }

  connect(userId: UserId, options: ConnectOptions = {}): SimConnection {
    const room = mailboxRoom(options.app ?? app, userId);
    const { deviceType = "web", deviceId = `${userId}-${deviceType}` } = options;
    const expiresAtMs = options.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
    const { tokenId = `token-of-${deviceId}`, issuedAtMs = this.nowMs, scopes = [] } = options;
    const token = { tokenId, issuedAtMs, expiresAtMs, scopes };
    const state = { phase: "syncing", userId, deviceId, deviceType, ...token } as const;
    const connection = new SimConnection(room, state, { nowMs: () => this.nowMs });
    this.#places.of(room).connections.push(connection);
    this.#run(room, { type: "opened", connection });
    return connection;
  }

  /** A client's frame, through the codec. */
  send(connection: SimConnection, ...frames: UpFrame[]): void {
    this.sendText(connection, JSON.stringify(frames));
  }

  sendText(connection: SimConnection, text: string): void {
    if (!connection.isOpen) return;
    // What came with one message is handled to the end, also when its first requests closed the connection.
    for (const request of jsonCodec.decode(text)) this.#run(connection.room, { type: "received", connection, request });
  }

  disconnect(connection: SimConnection): void {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    this.#places.detach(connection);
    this.#run(connection.room, { type: "closed", connection });
  }

  /** Calls and replies under way. */
  get flights(): readonly Flight[] {
    return this.#flights.all;
  }

  /** Requests under way to rooms whose name contains `part`. */
  requestsTo(part: string): RoomCall[] {
    return this.#flights.requestsTo(part);
  }

  /** Answers a request in the place of its room, which does not hear of it. */
  answer(index: number, outcome: Outcome): void {
    this.#flights.answer(index, outcome);
  }

  /** Lets one flight arrive, or get lost. */
  land(index: number, fate: Fate = "arrives"): void {
    this.#flights.land(index, fate);
  }

  /** What the rooms put into a queue, and nobody took. */
  jobsOf(queue: QueueName): QueueJob[] {
    let jobs = this.#jobs.get(queue);
    if (jobs === undefined) {
      jobs = [];
      this.#jobs.set(queue, jobs);
    }
    return jobs;
  }

  /** Lets everything arrive, oldest first, until nothing is under way. */
  drain(): void {
    while (this.flights.length > 0) this.land(0);
  }

  ring(room: RoomName): void {
    this.alarms.delete(room);
    const outcome = this.#run(room, { type: "alarm" });
    if (!outcome.ok) this.#wake(room, this.nowMs + 2_000);
  }

  /** Rings what is due, in no particular order. */
  ringDue(): void {
    for (const [room, atMs] of [...this.alarms]) if (atMs <= this.nowMs) this.ring(room);
  }

  /**
   * Lets time pass until no room but mailboxes, whose alarms are for later, has anything left to do within `horizonMs` of
   * the moment in which it came to rest.
   */
  quiesce(horizonMs = Number.POSITIVE_INFINITY): void {
    this.drain();
    for (let left = 10_000; left > 0; left -= 1) {
      const isSoon = (atMs: number) => atMs - this.nowMs <= horizonMs;
      const due = [...this.alarms].filter(([room, atMs]) => addressOf(room).kind !== "mailbox" && isSoon(atMs));
      if (due.length === 0) return;
      this.nowMs = Math.max(this.nowMs, Math.min(...due.map(([, atMs]) => atMs)));
      for (const [room, atMs] of due) if (atMs <= this.nowMs) this.ring(room);
      this.drain();
    }
    throw new Error("never comes to rest");
  }

  /** The instance is dropped while its sockets and calls live on. */
  evict(room: RoomName): void {
    const place = this.#places.find(room);
    if (place !== undefined) this.#perform(room, place.runner.drop());
  }

  /** One room's process dies: its sockets and the replies that it waits for are gone, its rows and alarm are not. */
  crash(room: RoomName): void {
    for (const connection of this.#places.find(room)?.connections ?? []) connection.close(1006);
    this.#places.forget(room);
    this.#flights.dropRepliesTo(room);
  }

  /** Everything dies; calls under way never arrive. */
  crashAll(): void {
    for (const room of this.#places.rooms) this.crash(room);
    this.#flights.dropAll();
  }

  get rooms(): RoomName[] {
    return this.#places.rooms;
  }

  #run(room: RoomName, event: RoomEvent): Outcome {
    const { runner } = this.#places.of(room);
    const { outcome, effects } = runner.run(event);
    const settled = runner.run({ type: "settle" });
    this.#perform(room, [...effects, ...settled.effects]);
    return outcome;
  }

  #perform(room: RoomName, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") for (const one of effect.connections) (one as SimConnection).take(effect.frame); // SAFETY: connections here are SimConnections
      if (effect.kind === "wake") this.#wake(room, effect.atMs);
      if (effect.kind === "call") this.#fly(room, effect);
      if (effect.kind === "ask") this.#fly(room, { ...effect.question, to: effect.question.service, tag: effect.tag });
      if (effect.kind === "enqueue")
        this.#fly(room, { ...effect, to: `@queue/${effect.queue}`, call: { type: "enqueue", jobs: effect.jobs } });
      if (effect.kind !== "close") continue;
      const connection = effect.connection as SimConnection; // SAFETY: as above
      connection.close(effect.code);
      this.#places.detach(connection);
    }
  }

  #fly(from: RoomName, { to, call, tag }: Called & { tag: CallTag }): void {
    const place = this.#places.of(from);
    const arrive = (outcome: Outcome) => {
      if (this.#places.find(from) === place) this.#run(from, { type: "replied", tag, outcome });
    };
    this.#flights.begin(from, { to, call, arrive });
  }

  #answer({ to, call }: Called): Outcome {
    const queue = queueOf(to);
    const question = questionOf(to, call);
    if (question !== undefined)
      return question.service === "@archive" ? this.archive(question.call) : this.hook(question.call);
    // SAFETY: made of an effect whose call is its target's
    if (queue === undefined) return this.call(to as RoomName, call as RoomCall);
    this.jobsOf(queue).push(...(call as EnqueueCall).jobs); // SAFETY: as above
    return { ok: true, value: null };
  }

  #wake(room: RoomName, atMs: number): void {
    const setAtMs = this.alarms.get(room);
    if (setAtMs !== undefined && setAtMs <= atMs) return;
    this.alarms.set(room, atMs);
    this.storage.rowsWritten += 1;
  }
}
