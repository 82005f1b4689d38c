import { appRoom } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { AppSettings } from "../../protocol/rpc/app-settings.ts";
import { AppStore } from "../../rooms/app/app-store.ts";
import type { TurnDatabase } from "./database.ts";

/** Apps that are remembered; beyond it all are read again. */
const MAX_APPS = 10_000;

/** What apps have set, read from the rows of their rooms when it is first needed, and again after a change. */
export class KnownApps {
  readonly #db: TurnDatabase;
  readonly #settings = new Map<AppId, AppSettings>();

  constructor(db: TurnDatabase) {
    this.#db = db;
  }

  settingsOf(app: AppId): AppSettings {
    let settings = this.#settings.get(app);
    if (settings === undefined) {
      settings = new AppStore(this.#db.forRoom(appRoom(app))).settings();
      if (this.#settings.size >= MAX_APPS) this.#settings.clear();
      this.#settings.set(app, settings);
    }
    return settings;
  }

  forget(app: AppId): void {
    this.#settings.delete(app);
  }

  /** What was read may never have been stored. */
  forgetAll(): void {
    this.#settings.clear();
  }
}
