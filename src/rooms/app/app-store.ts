import type { RoomSql } from "../../kernel/ports.ts";
import {
  type AppSettings,
  type AppStatus,
  DEFAULT_SETTINGS,
  type SectionName,
  type SectionValue,
} from "../../protocol/rpc/app-settings.ts";

interface Row {
  readonly section: SectionName;
  readonly id: string;
  readonly value: string;
}

/** The SQL of an app's settings. */
export class AppStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** All of them, as everybody else sees them. */
  settings(): AppSettings {
    const { version, status } = this.head();
    if (version === 0) return DEFAULT_SETTINGS;
    const rows = this.#rows();
    const valuesOf = <S extends SectionName>(section: S): Record<string, SectionValue<S>> =>
      Object.fromEntries(
        // SAFETY: only put writes it, with a value of the section
        rows.flatMap((row) => (row.section === section ? [[row.id, JSON.parse(row.value) as SectionValue<S>]] : [])),
      );
    return {
      version,
      status,
      policy: valuesOf("policy")[""] ?? {},
      beforeSend: valuesOf("beforeSend")[""],
      webhooks: valuesOf("webhook"),
      push: valuesOf("push"),
      keys: valuesOf("key"),
    };
  }

  head(): { version: number; status: AppStatus } {
    const row = this.#sql.prepare("SELECT version, status FROM apps WHERE room = ?").get(this.#sql.room);
    if (row === undefined) return { version: 0, status: "active" };
    return { version: Number(row.version), status: row.status as AppStatus }; // SAFETY: only putHead writes it
  }

  putHead({ version, status }: { version: number; status: AppStatus }): void {
    this.#sql
      .prepare(
        `INSERT INTO apps (room, version, status) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET version = excluded.version, status = excluded.status`,
      )
      .run(this.#sql.room, version, status);
  }

  /** The JSON text of a value. */
  valueOf(section: SectionName, id: string): string | undefined {
    const row = this.#sql
      .prepare("SELECT value FROM app_sections WHERE room = ? AND section = ? AND id = ?")
      .get(this.#sql.room, section, id);
    return row === undefined ? undefined : String(row.value);
  }

  put({ section, id, value }: Row): void {
    this.#sql
      .prepare(
        `INSERT INTO app_sections (room, section, id, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, section, id) DO UPDATE SET value = excluded.value`,
      )
      .run(this.#sql.room, section, id, value);
  }

  delete(section: SectionName, id: string): void {
    this.#sql
      .prepare("DELETE FROM app_sections WHERE room = ? AND section = ? AND id = ?")
      .run(this.#sql.room, section, id);
  }

  /** How many values there are, and how many characters of text. */
  size(): { values: number; chars: number } {
    const row = this.#sql
      .prepare("SELECT count(*) AS n, coalesce(sum(length(value)), 0) AS chars FROM app_sections WHERE room = ?")
      .get(this.#sql.room);
    return { values: Number(row?.n ?? 0), chars: Number(row?.chars ?? 0) };
  }

  #rows(): Row[] {
    return this.#sql
      .prepare("SELECT section, id, value FROM app_sections WHERE room = ? ORDER BY section, id")
      .all(this.#sql.room)
      .map((row) => ({ section: row.section as SectionName, id: String(row.id), value: String(row.value) })); // SAFETY: only put writes it
  }
}
