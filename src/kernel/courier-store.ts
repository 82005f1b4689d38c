import type { RoomCall } from "./effects.ts";
import type { RoomSql } from "./ports.ts";
import type { ServiceCall, Target } from "./services.ts";

/** For the migrations of every kind of room that has a courier: natively they share the table. `call` is JSON. */
export const errandTable = `CREATE TABLE IF NOT EXISTS errands (
  room TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
  call TEXT NOT NULL, PRIMARY KEY (room, target, kind, key)
) WITHOUT ROWID`;

/** A call to another room, or to a service, that is made until it is answered. */
export interface Errand {
  readonly to: Target;
  /** Says who is told of the answer. */
  readonly kind: string;
  /** Of what waits for one room, a newer call of the same kind and key takes the place of the older one. */
  readonly key: string;
  readonly call: RoomCall | ServiceCall;
}

/** The SQL of the courier. */
export class CourierStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  put({ to, kind, key, call }: Errand): void {
    this.#sql
      .prepare(
        `INSERT INTO errands (room, target, kind, key, seq, call)
         SELECT ?1, ?2, ?3, ?4, coalesce(max(seq), 0) + 1, ?5 FROM errands WHERE room = ?1 AND target = ?2
         ON CONFLICT (room, target, kind, key) DO UPDATE SET seq = excluded.seq, call = excluded.call`,
      )
      .run(this.#sql.room, to, kind, key, JSON.stringify(call));
  }

  /** Where errands wait to be made. */
  targets(): Target[] {
    return this.#sql
      .prepare("SELECT DISTINCT target FROM errands WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => String(row.target) as Target); // SAFETY: only put writes it
  }

  /** The oldest errand to a room. */
  head(to: Target): Errand | undefined {
    const row = this.#sql
      .prepare("SELECT kind, key, call FROM errands WHERE room = ? AND target = ? ORDER BY seq LIMIT 1")
      .get(this.#sql.room, to);
    if (row === undefined) return undefined;
    const call = JSON.parse(String(row.call)) as Errand["call"]; // SAFETY: only put writes it
    return { to, kind: String(row.kind), key: String(row.key), call };
  }

  has({ to, kind, key }: Omit<Errand, "call">): boolean {
    const found = this.#sql
      .prepare("SELECT 1 AS found FROM errands WHERE room = ? AND target = ? AND kind = ? AND key = ?")
      .get(this.#sql.room, to, kind, key);
    return found !== undefined;
  }

  /** Unless a newer call has taken its place: what was answered is this one and its equals. */
  delete({ to, kind, key, call }: Errand): void {
    this.#sql
      .prepare("DELETE FROM errands WHERE room = ? AND target = ? AND kind = ? AND key = ? AND call = ?")
      .run(this.#sql.room, to, kind, key, JSON.stringify(call));
  }
}
