import type { Clock, RoomSql, SqlRow } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { AppPage, AppRecord, RegistryCall } from "../../protocol/rpc/app-call.ts";

/** The apps that the deployment was told to have, with their SQL. */
export class Registry {
  readonly #sql: RoomSql;
  readonly #clock: Clock;

  constructor(sql: RoomSql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  call(call: RegistryCall): AppRecord | AppPage {
    switch (call.type) {
      case "apps.add":
        return this.#add(call);
      case "apps.get":
        return this.#get(call.app);
      case "apps.list":
        return this.#list(call.after, call.limit);
    }
  }

  #add({ app, name, request }: RegistryCall & { type: "apps.add" }): AppRecord {
    const known = this.#row(app);
    if (known !== undefined && known.request !== request) throw new ParleyError("APP_EXISTS");
    if (known !== undefined) return recordOf(known);
    const createdAt = this.#clock.nowMs();
    this.#sql
      .prepare("INSERT INTO app_registry (room, app, name, request, created_at) VALUES (?, ?, ?, ?, ?)")
      .run(this.#sql.room, app, name, request, createdAt);
    return { app, name, createdAt };
  }

  #get(app: AppId): AppRecord {
    const row = this.#row(app);
    if (row === undefined) throw new ParleyError("NO_SUCH_APP");
    return recordOf(row);
  }

  #list(after: string, limit: number): AppPage {
    const found = this.#sql
      .prepare("SELECT app, name, created_at FROM app_registry WHERE room = ? AND app > ? ORDER BY app LIMIT ?")
      .all(this.#sql.room, after, limit + 1)
      .map(recordOf);
    return { apps: found.slice(0, limit), more: found.length > limit };
  }

  #row(app: AppId): SqlRow | undefined {
    return this.#sql
      .prepare("SELECT app, name, request, created_at FROM app_registry WHERE room = ? AND app = ?")
      .get(this.#sql.room, app);
  }
}

function recordOf(row: SqlRow): AppRecord {
  return { app: row.app as AppId, name: String(row.name), createdAt: Number(row.created_at) }; // SAFETY: only #add writes it
}
