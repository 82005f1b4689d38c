import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JsonLogger } from "../../kernel/logger.ts";
import { Measures } from "../../kernel/measures.ts";
import { migrateRooms } from "../../kernel/migrations.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { type RetentionRun, retentionOf } from "../../queues/archive/retention.ts";
import { bury } from "../../queues/bury.ts";
import type { ConsumerPorts } from "../../queues/consumer.ts";
import { consumersOf } from "../../queues/consumers.ts";
import { createApp } from "../../routes/app.ts";
import type { Deps } from "../../routes/deps.ts";
import { ALL_MIGRATIONS } from "../room-kinds.ts";
import { SpanExport } from "../span-export.ts";
import { Checkpoints } from "./checkpoints.ts";
import { TurnDatabase } from "./database.ts";
import { addGauges } from "./gauges.ts";
import { measureLoopDelay } from "./loop-delay.ts";
import { nowAndThen } from "./now-and-then.ts";
import { PageFiles } from "./page-files.ts";
import type { Listener, Runtime, Upgrade } from "./runtime.ts";
import { Services } from "./services.ts";
import type { Settings } from "./settings.ts";
import { acceptSocket } from "./sockets.ts";
import { Turns } from "./turns.ts";
import { ask } from "./visits.ts";

const PUBLIC_DIR = join(import.meta.dirname, "../../../public");
/** Peers that do not answer the close handshake do not hold up a stop for longer. */
const CLOSE_WAIT_MS = 2_000;
const CLOSE_POLL_MS = 20;

const EXPORT_EVERY_MS = 1_000;
const RETENTION_PAUSES = { firstMs: 1_000, nextMs: 3_600_000 };

const wallClock: Clock = { nowMs: () => Date.now() };

interface Parts {
  readonly db: TurnDatabase;
  readonly checkpoints: Checkpoints;
  readonly turns: Turns;
  readonly listener: Listener;
  readonly services: Services;
  readonly ends: readonly (() => unknown)[];
}

/** A native Parley server: rooms, storage and HTTP in one process. */
export class NativeServer {
  readonly #db: TurnDatabase;
  readonly #checkpoints: Checkpoints;
  readonly #turns: Turns;
  readonly #listener: Listener;
  readonly #services: Services;
  readonly #ends: readonly (() => unknown)[];

  private constructor(parts: Parts) {
    this.#db = parts.db;
    this.#checkpoints = parts.checkpoints;
    this.#services = parts.services;
    this.#turns = parts.turns;
    this.#listener = parts.listener;
    this.#ends = parts.ends;
  }

  static async start(runtime: Runtime, settings: Settings): Promise<NativeServer> {
    const { config, hostname, port } = settings;
    const logger = new JsonLogger({ level: config.logLevel, clock: wallClock, write: (line) => console.error(line) });
    const measures = new Measures({ steadyMs: () => performance.now() });
    const onOutage = (what: string, fault: unknown) => logger.fault(what, fault);
    const services = await Services.open(config, { clock: wallClock, measures, onOutage });
    const file = join(settings.dataDir, "rooms.db");
    const db = openDatabase(file);
    const checkpoints = new Checkpoints(file, (fault) => logger.fault("checkpoints", fault));
    db.whenCommitted(() => checkpoints.committed());
    const onFault = (fault: unknown, event: string) => logger.fault(`room event ${event}`, fault);
    const { policy } = config;
    const { random } = Math;
    const tracing = config.tracing === undefined ? undefined : new SpanExport(config.tracing, measures);
    const tracer = tracing?.tracer;
    const ask = (question: ServiceQuestion) => services.ask(question);
    const turns = new Turns({ db, policy, random, measures, tracer, onFault, ask }, (fault) =>
      logger.fault("commit", fault),
    );
    addGauges({ measures, turns, db });
    const ports: ConsumerPorts = {
      call: (room, call) => turns.call(room, call),
      settings: async (app) => turns.apps.settingsOf(app),
      clock: wallClock,
      random,
      measures,
      http: services.http,
      archive: services.archive,
      sleep: (ms) => sleep(ms),
      onFault: (fault) => logger.fault("consumer", fault),
    };
    const retention = retentionOf(config.retention, ports);
    turns.queues.consume(consumersOf(config, ports), {
      random,
      measures,
      tracer,
      bury: (letter) => bury(ports, letter),
      onFault: (fault) => logger.fault("queue", fault),
    });
    const listener = await runtime.listen({
      hostname,
      port,
      fetch: handlerOf({ turns, measures, logger, tracing, services }, settings),
      socket: (socket, opening) => acceptSocket(turns, socket, opening),
    });
    return new NativeServer({
      db,
      checkpoints,
      turns,
      listener,
      services,
      ends: [measureLoopDelay(measures), exporting(tracing), clearing(retention)],
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Stops accepting, finishes what was asked, tells every client to reconnect, closes the database. */
  async stop(): Promise<void> {
    this.#listener.stopAccepting();
    await this.#turns.drained();
    for (const connection of this.#turns.connections()) connection.close(CLOSE.GOING_AWAY, "the server stops");
    const deadlineMs = Date.now() + CLOSE_WAIT_MS;
    while (this.#turns.connections().length > 0 && Date.now() < deadlineMs) {
      await sleep(CLOSE_POLL_MS);
    }
    await this.#turns.drained();
    this.#listener.close();
    await Promise.all(this.#ends.map((end) => end()));
    await this.#turns.stop();
    await this.#checkpoints.stop();
    this.#db.close();
    await this.#services.close();
  }
}

/** Has contents taken away whose time is over. Returns what ends it. */
function clearing(retention: RetentionRun | undefined): () => unknown {
  return retention === undefined ? () => undefined : nowAndThen((signal) => retention.run(signal), RETENTION_PAUSES);
}

/** Sends spans now and then. Returns what ends it, after the last of them. */
function exporting(tracing: SpanExport | undefined): () => Promise<void> {
  if (tracing === undefined) return async () => undefined;
  const timer = setInterval(() => void tracing.flush(), EXPORT_EVERY_MS);
  return () => {
    clearInterval(timer);
    return tracing.flush();
  };
}

function openDatabase(file: string): TurnDatabase {
  const db = new TurnDatabase(file);
  db.atomically(() => {
    for (const migrations of ALL_MIGRATIONS) migrateRooms(db.forRoom(""), migrations);
  });
  db.commit();
  return db;
}

interface HandlerParts extends Pick<Deps, "measures" | "logger"> {
  readonly turns: Turns;
  readonly tracing: SpanExport | undefined;
  readonly services: Services;
}

function handlerOf(
  { turns, tracing, services, ...deps }: HandlerParts,
  settings: Settings,
): (request: Request, upgrade: Upgrade) => Response | Promise<Response> {
  const page = new PageFiles(PUBLIC_DIR);
  const upgrades = new WeakMap<Request, Upgrade>();
  const app = createApp({
    config: settings.config,
    clock: wallClock,
    http: services.http,
    ...deps,
    tracing,
    call: (room, call) => turns.call(room, call, tracing?.current),
    ask: (room, state, frame) => ask(turns, { room, state, trace: tracing?.current }, frame),
    enqueue: (queue, jobs) => turns.enqueue(queue, jobs),
    settings: async (app) => turns.apps.settingsOf(app),
    decide: (call) => services.ask({ service: "@hook", call }),
    archive: (call) => services.askArchive(call),
    upgrade: (request, opening) => {
      const upgrade = upgrades.get(request);
      if (upgrade === undefined) throw new Error("not an upgrade request of this server");
      return upgrade(request, opening);
    },
  });
  return (request, upgrade) => {
    const file = request.method === "GET" ? page.find(new URL(request.url).pathname) : undefined;
    if (file !== undefined) return file;
    upgrades.set(request, upgrade);
    return app.fetch(request);
  };
}
