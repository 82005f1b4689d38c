import type { Clock, RoomSql } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { SIGNATURE_WINDOW_MS } from "../../protocol/limits.ts";

interface Nonce {
  readonly keyId: string;
  /** s since 1970; part of what is signed, so a repeated request has the same. */
  readonly created: number;
  readonly nonce: string;
}

/** Signed requests that were made, as long as they could be made again; with their SQL. */
export class Nonces {
  readonly #sql: RoomSql;
  readonly #clock: Clock;

  constructor(sql: RoomSql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  use({ keyId, created, nonce }: Nonce): null {
    const oldest = Math.floor((this.#clock.nowMs() - SIGNATURE_WINDOW_MS) / 1_000);
    if (created < oldest) throw new ParleyError("BAD_CREDENTIALS", "created");
    const known = this.#sql
      .prepare("SELECT 1 AS found FROM app_nonces WHERE room = ? AND created = ? AND key = ? AND nonce = ?")
      .get(this.#sql.room, created, keyId, nonce);
    if (known !== undefined) throw new ParleyError("BAD_CREDENTIALS", "the request was made before");
    this.#sql.prepare("DELETE FROM app_nonces WHERE room = ? AND created < ?").run(this.#sql.room, oldest);
    this.#sql
      .prepare("INSERT INTO app_nonces (room, created, key, nonce) VALUES (?, ?, ?, ?)")
      .run(this.#sql.room, created, keyId, nonce);
    return null;
  }
}
