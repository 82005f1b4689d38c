import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { SessionId } from "../../protocol/ids.ts";

/** A session that the user follows. `version` numbers what the session's room was told last. */
export type Observation = { readonly sessionId: SessionId; readonly version: number } & (
  | { readonly state: "starting" | "ending" }
  | { readonly state: "open"; readonly sinceSeqId: number; readonly lastSeqId: number }
);

/** The token on which all observations rest. */
export interface ObserveRight {
  /** The newest version that was given out. */
  readonly version: number;
  readonly tokenId: string;
  /** ms since 1970; 0: there is no right */
  readonly expiresAtMs: number;
}

/** The SQL of what the user observes. */
export class ObservationStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(sessionId: string): Observation | undefined {
    const row = this.#sql
      .prepare("SELECT session, version, ending, since_seq, last_seq FROM observations WHERE room = ? AND session = ?")
      .get(this.#sql.room, sessionId);
    return row === undefined ? undefined : observationOf(row);
  }

  all(): Observation[] {
    return this.#sql
      .prepare("SELECT session, version, ending, since_seq, last_seq FROM observations WHERE room = ?")
      .all(this.#sql.room)
      .map(observationOf);
  }

  put(one: Observation): void {
    const [sinceSeqId, lastSeqId] = one.state === "open" ? [one.sinceSeqId, one.lastSeqId] : [null, null];
    this.#sql
      .prepare(
        `INSERT INTO observations (room, session, version, ending, since_seq, last_seq) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, session) DO UPDATE SET version = excluded.version, ending = excluded.ending,
         since_seq = excluded.since_seq, last_seq = excluded.last_seq`,
      )
      .run(this.#sql.room, one.sessionId, one.version, one.state === "ending" ? 1 : 0, sinceSeqId, lastSeqId);
  }

  delete(sessionId: string): void {
    this.#sql.prepare("DELETE FROM observations WHERE room = ? AND session = ?").run(this.#sql.room, sessionId);
  }

  right(): ObserveRight {
    const row = this.#sql
      .prepare("SELECT version, token, expires_at FROM observe_rights WHERE room = ?")
      .get(this.#sql.room);
    if (row === undefined) return { version: 0, tokenId: "", expiresAtMs: 0 };
    return { version: Number(row.version), tokenId: String(row.token), expiresAtMs: Number(row.expires_at) };
  }

  putRight({ version, tokenId, expiresAtMs }: ObserveRight): void {
    this.#sql
      .prepare(
        `INSERT INTO observe_rights (room, version, token, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET version = excluded.version, token = excluded.token,
         expires_at = excluded.expires_at`,
      )
      .run(this.#sql.room, version, tokenId, expiresAtMs);
  }
}

function observationOf(row: SqlRow): Observation {
  const sessionId = String(row.session) as SessionId; // SAFETY: only put writes it
  const version = Number(row.version);
  if (row.ending === 1) return { sessionId, version, state: "ending" };
  if (row.since_seq === null) return { sessionId, version, state: "starting" };
  return { sessionId, version, state: "open", sinceSeqId: Number(row.since_seq), lastSeqId: Number(row.last_seq) };
}
