import { expect, it } from "vitest";
import { migrateRooms } from "../../kernel/migrations.ts";
import { AppPolicy, DEFAULT_POLICY } from "../../kernel/policy.ts";
import { appRoom } from "../../kernel/room-name.ts";
import { AppId } from "../../protocol/ids.ts";
import { AppStore } from "../../rooms/app/app-store.ts";
import { ALL_MIGRATIONS } from "../room-kinds.ts";
import { TurnDatabase } from "./database.ts";
import { KnownApps } from "./known-apps.ts";

const [app, other] = [AppId.parse("main"), AppId.parse("other")];

it("A10 what an app has set is read from its rows once, and again when it was changed or may never have been stored", () => {
  const db = new TurnDatabase(":memory:");
  for (const migrations of ALL_MIGRATIONS) migrateRooms(db.forRoom(""), migrations);
  db.commit();
  const apps = new KnownApps(db);
  const policy = new AppPolicy(DEFAULT_POLICY, () => apps.settingsOf(app));
  const store = new AppStore(db.forRoom(appRoom(app)));
  const set = (recallWindowMs: number) => {
    store.putHead({ version: recallWindowMs, status: "active" });
    store.put({ section: "policy", id: "", value: JSON.stringify({ recallWindowMs }) });
  };
  expect(policy.recallWindowMs).toBe(DEFAULT_POLICY.recallWindowMs);
  set(1);
  expect(policy.recallWindowMs).toBe(DEFAULT_POLICY.recallWindowMs);
  apps.forget(other);
  expect(policy.recallWindowMs).toBe(DEFAULT_POLICY.recallWindowMs);
  apps.forget(app);
  expect(policy.recallWindowMs).toBe(1);
  expect(apps.settingsOf(app)).toBe(apps.settingsOf(app));
  db.rollback();
  apps.forgetAll();
  expect(policy).toMatchObject({ recallWindowMs: DEFAULT_POLICY.recallWindowMs });
  expect(apps.settingsOf(app).version).toBe(0);
  db.close();
});
