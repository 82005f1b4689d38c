import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Measures } from "../../kernel/measures.ts";
import { migrateRooms } from "../../kernel/migrations.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { bury } from "../../queues/bury.ts";
import type { ConsumerPorts } from "../../queues/consumer.ts";
import { consumersOf } from "../../queues/consumers.ts";
import { createApp } from "../../routes/app.ts";
import { ALL_MIGRATIONS } from "../room-kinds.ts";
import { TurnDatabase } from "./database.ts";
import { addGauges } from "./gauges.ts";
import { measureLoopDelay } from "./loop-delay.ts";
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

/** One line of JSON on standard error. Never message content. */
function report(what: string, fault: unknown): void {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  console.error(JSON.stringify({ level: "error", what, fault: text, time: new Date().toISOString() }));
}

const wallClock: Clock = { nowMs: () => Date.now() };

interface Parts {
  readonly db: TurnDatabase;
  readonly turns: Turns;
  readonly listener: Listener;
  readonly services: Services;
  readonly endMeasures: () => void;
}

/** A native Parley server: rooms, storage and HTTP in one process. */
export class NativeServer {
  readonly #db: TurnDatabase;
  readonly #turns: Turns;
  readonly #listener: Listener;
  readonly #endMeasures: () => void;
  readonly #services: Services;

  private constructor(parts: Parts) {
    this.#db = parts.db;
    this.#services = parts.services;
    this.#turns = parts.turns;
    this.#listener = parts.listener;
    this.#endMeasures = parts.endMeasures;
  }

  static async start(runtime: Runtime, settings: Settings): Promise<NativeServer> {
    const { config, hostname, port } = settings;
    const measures = new Measures({ steadyMs: () => performance.now() });
    const services = await Services.open(config, { clock: wallClock, measures, onOutage: report });
    const db = openDatabase(settings.dataDir);
    const onFault = (fault: unknown, event: string) => report(`room event ${event}`, fault);
    const { policy } = config;
    const { random } = Math;
    const ask = (question: ServiceQuestion) => services.ask(question);
    const turns = new Turns({ db, policy, random, measures, onFault, ask }, (fault) => report("commit", fault));
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
      onFault: (fault) => report("consumer", fault),
    };
    turns.queues.consume(consumersOf(config, ports), {
      random,
      measures,
      bury: (letter) => bury(ports, letter),
      onFault: (fault) => report("queue", fault),
    });
    const listener = await runtime.listen({
      hostname,
      port,
      fetch: handlerOf({ turns, measures, services }, settings),
      socket: (socket, opening) => acceptSocket(turns, socket, opening),
    });
    return new NativeServer({ db, turns, listener, services, endMeasures: measureLoopDelay(measures) });
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
    this.#endMeasures();
    this.#turns.stop();
    this.#db.close();
    await this.#services.close();
  }
}

function openDatabase(dataDir: string): TurnDatabase {
  const db = new TurnDatabase(join(dataDir, "rooms.db"));
  db.atomically(() => {
    for (const migrations of ALL_MIGRATIONS) migrateRooms(db.forRoom(""), migrations);
  });
  db.commit();
  return db;
}

function handlerOf(
  { turns, measures, services }: { turns: Turns; measures: Measures; services: Services },
  settings: Settings,
): (request: Request, upgrade: Upgrade) => Response | Promise<Response> {
  const page = new PageFiles(PUBLIC_DIR);
  const upgrades = new WeakMap<Request, Upgrade>();
  const app = createApp({
    config: settings.config,
    clock: wallClock,
    measures,
    http: services.http,
    call: (room, call) => turns.call(room, call),
    ask: (room, state, frame) => ask(turns, { room, state }, frame),
    enqueue: (queue, jobs) => turns.enqueue(queue, jobs),
    settings: async (app) => turns.apps.settingsOf(app),
    archive: (call) => services.askArchive(call),
    upgrade: (request, opening) => {
      const upgrade = upgrades.get(request);
      if (upgrade === undefined) throw new Error("not an upgrade request of this server");
      return upgrade(request, opening);
    },
    onFault: (fault) => report("route", fault),
  });
  return (request, upgrade) => {
    const file = request.method === "GET" ? page.find(new URL(request.url).pathname) : undefined;
    if (file !== undefined) return file;
    upgrades.set(request, upgrade);
    return app.fetch(request);
  };
}
