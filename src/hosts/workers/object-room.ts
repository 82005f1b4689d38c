import type { CallTag, Effect, Effects } from "../../kernel/effects.ts";
import { beginEvent, endEvent } from "../../kernel/event-span.ts";
import { migrateRooms } from "../../kernel/migrations.ts";
import { AppPolicy } from "../../kernel/policy.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { RoomEvent } from "../../kernel/room.ts";
import { addressOf, type RoomKindName, type RoomName } from "../../kernel/room-name.ts";
import { RoomRunner } from "../../kernel/room-runner.ts";
import { Tally } from "../../kernel/tally.ts";
import { type TraceContext, tracedJobs } from "../../kernel/trace.ts";
import type { OpenSpan } from "../../kernel/tracer.ts";
import { TurnClock } from "../../kernel/turn-clock.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { AppId } from "../../protocol/ids.ts";
import { DEFAULT_SETTINGS } from "../../protocol/rpc/app-settings.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { makeRoom, migrationsOf } from "../room-kinds.ts";
import { type Bindings, callTraced } from "./bindings.ts";
import { configOf } from "./configuration.ts";
import { measures, report, tracingOf } from "./isolate.ts";
import { askApp, forgetApp, isDue, isKnown, refresh, settingsOf } from "./known-apps.ts";
import type { Holding, ObjectConnection } from "./object-connection.ts";
import { ObjectStorage } from "./object-storage.ts";
import { askService, enqueue } from "./services.ts";

const ALARM_RETRY_MS = 2_000;

/**
 * A room inside a Durable Object. Events of one pass, their writes, the alarm and what they send follow each other
 * without an await: the runtime commits the writes as one, and lets nothing out before they are confirmed.
 */
export class ObjectRoom {
  readonly #ctx: DurableObjectState;
  readonly #bindings: Bindings;
  readonly #name: RoomName;
  readonly #runner: RoomRunner;
  /** Connections that have frames to send in this pass. */
  #touched: Holding[] = [];
  readonly #app: AppId;
  readonly #isApp: boolean;
  /** The settings of the app are on their way: until they are here, events wait in the order in which they came. */
  #asking: Promise<unknown> | undefined;
  /** What the running pass belongs to, and so all that follows from it. */
  #trace: TraceContext | undefined;
  #alarmAtMs = Number.POSITIVE_INFINITY;
  readonly #clock = new TurnClock(() => Date.now());
  readonly #tally = new Tally(measures);

  constructor(
    { ctx, bindings }: { ctx: DurableObjectState; bindings: Bindings },
    kind: RoomKindName,
    connections: () => readonly ObjectConnection[],
  ) {
    this.#ctx = ctx;
    this.#bindings = bindings;
    const storage = new ObjectStorage(ctx.storage);
    storage.atomically(() => migrateRooms(storage, migrationsOf(kind)));
    this.#name = ctx.id.name as RoomName; // SAFETY: objects are only addressed by room names
    const address = addressOf(this.#name);
    if (address.kind !== kind) throw new Error(`not the name of a ${kind} room`);
    const { app } = address;
    this.#app = app;
    this.#isApp = kind === "app";
    const settings = () => (this.#isApp ? DEFAULT_SETTINGS : settingsOf(app));
    const { policy } = configOf(bindings);
    const ports: RoomPorts = {
      sql: storage,
      clock: this.#clock,
      random: () => Math.random(),
      policy: new AppPolicy(policy, settings),
      settings,
      connections,
    };
    const make = (effects: Effects) => makeRoom(address, ports, effects);
    this.#runner = new RoomRunner(make, storage, (fault, event) => report(`room event ${event}`, fault));
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = (await ctx.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    });
  }

  /**
   * Runs events that came together: now, when the settings of the app are known, else as soon as they are. Never rejects: an
   * app that was never known and cannot be reached is `UNAVAILABLE`.
   */
  pass(events: readonly RoomEvent[], trace?: TraceContext): Outcome | Promise<Outcome> {
    if (this.#isApp) return this.#run(events, trace);
    if (this.#asking === undefined && isKnown(this.#app)) {
      if (isDue(this.#app)) void refresh(this.#bindings, this.#app);
      return this.#run(events, trace);
    }
    this.#asking ??= askApp(this.#bindings, this.#app).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking.then(
      () => this.#run(events, trace),
      (fault) => refuse(events, fault),
    );
  }

  /** Runs events, starts what is due in batches, then sends. Returns the last one's outcome. */
  #run(events: readonly RoomEvent[], trace: TraceContext | undefined): Outcome {
    this.#clock.tick();
    const span = this.#begin(events[0], trace);
    let last: Outcome = { ok: true, value: null };
    const closes: (Effect & { kind: "close" })[] = [];
    for (const event of [...events, { type: "settle" } as const]) {
      const { outcome, effects } = this.#runner.run(event);
      this.#tally.ran(event, outcome);
      if (event.type !== "settle") last = outcome;
      this.#perform(effects, closes);
    }
    this.#trace = undefined;
    if (span !== undefined) this.#end(span, last);
    // A write that fails resets the object, which is rare enough to count what it undid.
    this.#tally.count();
    const touched = this.#touched;
    this.#touched = [];
    for (const connection of touched) connection.flush();
    // SAFETY: the connections of rooms on this host hold their frames
    for (const { connection, code, reason } of closes) (connection as Holding).close(code, reason);
    return last;
  }

  async alarm(): Promise<void> {
    this.#alarmAtMs = Number.POSITIVE_INFINITY;
    const { ok } = await this.pass([{ type: "alarm" }]);
    if (!ok) this.#wakeAt(Date.now() + ALARM_RETRY_MS);
  }

  #perform(effects: readonly Effect[], closes: (Effect & { kind: "close" })[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "send":
          this.#tally.sent(effect);
          for (const one of effect.connections) {
            const connection = one as Holding; // SAFETY: as above
            if (connection.hold(effect.frame)) this.#touched.push(connection);
          }
          break;
        case "close":
          closes.push(effect);
          break;
        case "call":
          void this.#reply(
            effect.tag,
            callTraced(this.#bindings, { room: effect.to, trace: this.#trace }, effect.call),
          );
          break;
        case "enqueue":
          void this.#reply(effect.tag, enqueue(this.#bindings, effect.queue, tracedJobs(effect.jobs, this.#trace)));
          break;
        case "ask":
          void this.#reply(effect.tag, askService(this.#bindings, effect.question));
          break;
        case "settings":
          forgetApp(this.#app);
          break;
        case "wake":
          this.#wakeAt(effect.atMs);
          break;
      }
    }
  }

  /** While the answer is under way the object does not hibernate; when it dies, the room's alarm resumes from the rows. */
  async #reply(tag: CallTag, answer: Promise<Outcome>): Promise<void> {
    const trace = this.#trace;
    const replied = await this.pass([{ type: "replied", tag, outcome: await answer }], trace);
    if (!replied.ok) report("reply", ERRORS[replied.error].message);
  }

  #begin(event: RoomEvent | undefined, trace: TraceContext | undefined): OpenSpan | undefined {
    if (trace === undefined || event === undefined) return undefined;
    const tracer = tracingOf(this.#bindings)?.tracer;
    const span = tracer === undefined ? undefined : beginEvent(tracer, this.#name, { event, parent: trace });
    this.#trace = span?.context;
    return span;
  }

  #end(span: OpenSpan, outcome: Outcome): void {
    endEvent(span, outcome);
    this.#ctx.waitUntil(tracingOf(this.#bindings)?.flush() ?? Promise.resolve());
  }

  /** Not awaited, so that it is part of the writes of this pass; a failure resets the object like theirs. */
  #wakeAt(atMs: number): void {
    if (atMs >= this.#alarmAtMs) return;
    this.#alarmAtMs = atMs;
    // An alarm for this very millisecond may be lost.
    void this.#ctx.storage.setAlarm(Math.max(atMs, Date.now() + 1));
  }
}

/** Nothing was done: whoever asked through a socket connects again. */
function refuse(events: readonly RoomEvent[], fault: unknown): Outcome {
  for (const event of events) {
    // SAFETY: the connections of rooms on this host are Holding
    if ("connection" in event) (event.connection as Holding).close(CLOSE.UNAVAILABLE, "the app cannot be reached");
  }
  return failed(fault);
}
