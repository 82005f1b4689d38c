import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TurnDatabase } from "../../src/hosts/native/database.ts";
import { acceptSocket } from "../../src/hosts/native/sockets.ts";
import { Turns } from "../../src/hosts/native/turns.ts";
import { ALL_MIGRATIONS } from "../../src/hosts/room-kinds.ts";
import type { RoomCall } from "../../src/kernel/effects.ts";
import { Measures } from "../../src/kernel/measures.ts";
import { migrateRooms } from "../../src/kernel/migrations.ts";
import { DEFAULT_POLICY } from "../../src/kernel/policy.ts";
import { mailboxRoom, type RoomName } from "../../src/kernel/room-name.ts";
import { type Span, Tracer } from "../../src/kernel/tracer.ts";
import { MAX_BUFFERED_BYTES } from "../../src/protocol/limits.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import { SUBPROTOCOL_JSON } from "../../src/protocol/version.ts";
import { ClientSocket, type HostUnderTest, type OpenSocket, type StorageUnderTest, stateOf } from "./host.ts";
import type { ManualTime } from "./manual-time.ts";
import { app } from "./suites/rooms.ts";

const AMPLE = { ...DEFAULT_POLICY, requestsPerSecond: 1_000_000, requestBurst: 1_000_000 };
const IDLE_MS = 60_000;

/** How a turn may be lost: SQLite gives up the transaction in its middle, as on a full disk, or the commit fails. */
export const LOSSES = ["in the middle", "at the commit"] as const;
export type Loss = (typeof LOSSES)[number] | "with its alarm";
const BREAKING: Readonly<Record<Loss, readonly string[]>> = {
  "in the middle": ["CREATE TRIGGER breaking BEFORE INSERT ON entries BEGIN SELECT RAISE(ROLLBACK, 'gave up'); END"],
  "with its alarm": ["CREATE TRIGGER breaking BEFORE INSERT ON alarms BEGIN SELECT RAISE(ABORT, 'no alarm'); END"],
  "at the commit": [
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TRIGGER breaking BEFORE INSERT ON entries BEGIN INSERT INTO child VALUES (1); END",
  ],
};

const newMeasures = () => new Measures({ steadyMs: () => performance.now() });

/** The rooms of a native server without its network. */
export class NativeHost implements HostUnderTest {
  readonly faults: unknown[] = [];
  readonly lostTurns: unknown[] = [];
  measures = newMeasures();
  readonly spans: Span[] = [];
  readonly tracer = new Tracer({
    ratio: 0,
    random: Math.random,
    nowMs: () => performance.now(),
    ended: (span) => this.spans.push(span),
  });
  /** Set to make every socket look as if its peer did not read. */
  bufferedBytes = 0;
  /** What services answer. */
  answer: Outcome = { ok: true, value: null };
  readonly #time: ManualTime;
  readonly #directory = mkdtempSync(join(tmpdir(), "parley-contract-"));
  db: TurnDatabase;
  turns: Turns;

  constructor(time: ManualTime) {
    this.#time = time;
    this.db = this.#open();
    this.turns = this.#start();
  }

  storage(): StorageUnderTest {
    return { sql: this.db.forRoom("room"), transaction: this.db };
  }

  call(room: RoomName, call: RoomCall): Promise<Outcome> {
    return this.turns.call(room, call);
  }

  async connect(opening: OpenSocket): Promise<ClientSocket> {
    const state = stateOf(opening);
    const client: ClientSocket = new ClientSocket(
      (text) => events.text(text),
      () => events.closed(),
    );
    const socket = {
      send: (text: string) => client.hear(text),
      close: (code: number) => {
        client.closed(code);
        events.closed();
      },
      terminate: () => client.closed(1006),
      bufferedBytes: () => this.bufferedBytes,
    };
    const room = mailboxRoom(app, opening.userId);
    const events = acceptSocket(this.turns, socket, { kind: "accept", room, state, subprotocol: SUBPROTOCOL_JSON });
    return client;
  }

  /** All rooms idle, and whatever was kept in memory for them is gone. */
  async evict(): Promise<void> {
    await this.turns.drained();
    this.#time.pass(IDLE_MS);
    this.#time.runIntervals();
  }

  async ring(room: RoomName): Promise<void> {
    await this.turns.drained();
    this.makeDue(room);
    this.#time.runTimeouts();
  }

  /** The room's alarm is due, and nobody noticed yet. */
  makeDue(room: RoomName): void {
    const due = this.db.prepare("SELECT due FROM alarms WHERE room = ?").get(room)?.due;
    if (due === undefined) throw new Error(`${room} has no alarm`);
    this.#time.passUntil(Number(due));
  }

  /** Stops without a word to anybody and starts on the same rows. */
  async restart(): Promise<void> {
    await this.turns.drained();
    await this.turns.stop();
    this.db.close();
    this.db = this.#open();
    this.turns = this.#start();
  }

  /** From here on every turn that stores an entry is lost as a whole. */
  breakTurns(loss: Loss): void {
    for (const statement of BREAKING[loss]) this.db.prepare(statement).run();
    this.db.commit();
  }

  /** From here on every turn that adds a job, or ends one, is lost as a whole. */
  breakJobs(operation: "INSERT" | "DELETE"): void {
    this.db
      .prepare(`CREATE TRIGGER breaking BEFORE ${operation} ON jobs BEGIN SELECT RAISE(ABORT, 'no job'); END`)
      .run();
    this.db.commit();
  }

  mendTurns(): void {
    this.db.prepare("DROP TRIGGER breaking").run();
    this.db.commit();
  }

  /** Time goes on, and what waited for it is run. */
  pass(ms: number): void {
    this.#time.pass(ms);
    this.#time.runTimeouts();
  }

  neverDrain(): void {
    this.bufferedBytes = MAX_BUFFERED_BYTES + 1;
  }

  async dispose(): Promise<void> {
    await this.turns.stop();
    this.db.close();
    rmSync(this.#directory, { recursive: true });
  }

  #open(): TurnDatabase {
    const db = new TurnDatabase(join(this.#directory, "rooms.db"));
    db.atomically(() => {
      for (const migrations of ALL_MIGRATIONS) migrateRooms(db.forRoom(""), migrations);
    });
    db.commit();
    return db;
  }

  #start(): Turns {
    const onFault = (fault: unknown) => this.faults.push(fault);
    const ask = async (): Promise<Outcome> => this.answer;
    this.measures = newMeasures();
    const { db, measures } = this;
    const ports = { db, policy: AMPLE, random: Math.random, measures, onFault, ask };
    return new Turns(ports, (fault) => this.lostTurns.push(fault));
  }
}
