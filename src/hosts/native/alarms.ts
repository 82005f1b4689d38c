import type { RoomName } from "../../kernel/room-name.ts";
import type { TurnDatabase } from "./database.ts";

const TABLE = `CREATE TABLE IF NOT EXISTS alarms (room TEXT PRIMARY KEY, due INTEGER NOT NULL) WITHOUT ROWID`;
const INDEX = "CREATE INDEX IF NOT EXISTS alarms_by_due ON alarms (due)";
/** setTimeout cannot wait longer than 2^31 ms. */
const MAX_WAIT_MS = 3_600_000;
const MAX_DUE_AT_ONCE = 1_000;

/** One alarm per room, on disk: they are due after a restart as well. */
export class Alarms {
  readonly #db: TurnDatabase;
  readonly #ring: (rooms: RoomName[]) => void;
  /** Alarms of rooms that set one since the start; spares the look-up of the common "later than the one set". */
  readonly #armed = new Map<RoomName, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #rang = false;

  /** `ring` is called with rooms that are due; each must be `take`n when its alarm event runs. */
  constructor(db: TurnDatabase, ring: (rooms: RoomName[]) => void) {
    this.#db = db;
    this.#ring = ring;
    db.prepare(TABLE).run();
    db.prepare(INDEX).run();
  }

  /** An earlier alarm stays. Part of the running turn. */
  set(room: RoomName, atMs: number): void {
    const armedAtMs = this.#armed.get(room) ?? this.#stored(room);
    if (armedAtMs !== undefined && armedAtMs <= atMs) return;
    this.#armed.set(room, atMs);
    this.#db
      .prepare("INSERT INTO alarms (room, due) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET due = excluded.due")
      .run(room, atMs);
    if (atMs < this.#timerAtMs) this.#startTimer(atMs);
  }

  /** The alarm is being handled: it is gone with the handler's turn. */
  take(room: RoomName): void {
    this.#armed.delete(room);
    this.#db.prepare("DELETE FROM alarms WHERE room = ?").run(room);
  }

  /** Forgets what a failed turn set, and looks at the rows again. */
  reload(): void {
    this.#armed.clear();
    this.schedule();
  }

  /** After a turn: those that rang are taken, so the earliest of the others is next. */
  settle(): void {
    if (this.#rang) this.schedule();
  }

  /** Waits for the earliest alarm. */
  schedule(): void {
    this.#rang = false;
    const row = this.#db.prepare("SELECT min(due) AS due FROM alarms").get();
    if (row?.due === null || row?.due === undefined) return;
    this.#startTimer(Number(row.due));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = Number.NEGATIVE_INFINITY;
  }

  #stored(room: RoomName): number | undefined {
    const row = this.#db.prepare("SELECT due FROM alarms WHERE room = ?").get(room);
    return row === undefined ? undefined : Number(row.due);
  }

  #startTimer(atMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    const waitMs = Math.min(Math.max(1, atMs - Date.now()), MAX_WAIT_MS);
    this.#timer = setTimeout(() => this.#onTimer(), waitMs);
  }

  #onTimer(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const rows = this.#db
      .prepare("SELECT room FROM alarms WHERE due <= ? ORDER BY due LIMIT ?")
      .all(Date.now(), MAX_DUE_AT_ONCE);
    if (rows.length === 0) {
      this.schedule();
      return;
    }
    this.#rang = true;
    this.#ring(rows.map(({ room }) => String(room) as RoomName)); // SAFETY: only `set` writes it
  }
}
