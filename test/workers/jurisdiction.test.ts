import { expect, it, vi } from "vitest";
import { type Bindings, callRoom, namespaceOf } from "../../src/hosts/workers/bindings.ts";
import { appRoom, sessionRoom } from "../../src/kernel/room-name.ts";
import { AppId } from "../../src/protocol/ids.ts";
import { pair } from "../contract/suites/rooms.ts";
import { bindings } from "./workers-host.ts";

const { sessionId } = pair();
const [eu, anywhere] = [AppId.parse("acme--eu"), AppId.parse("acme-eu")];

it("keeps all rooms of an app in the jurisdiction that its id names", () => {
  const jurisdiction = vi.fn((name: string) => name);
  const namespaces = { SESSIONS: { jurisdiction }, APPS: { jurisdiction } };
  const fake = namespaces as unknown as Bindings; // SAFETY: the two bindings that are used
  expect([namespaceOf(fake, sessionRoom(eu, sessionId)), namespaceOf(fake, appRoom(eu))]).toEqual(["eu", "eu"]);
  expect(namespaceOf(fake, appRoom(anywhere))).toBe(fake.APPS);
});

it("keeps them nowhere rather than elsewhere: the emulator has no jurisdictions", async () => {
  const call = { type: "app.settings" } as const;
  expect(await callRoom(bindings, appRoom(eu), call)).toMatchObject({ ok: false, error: "UNAVAILABLE" });
  expect(await callRoom(bindings, appRoom(anywhere), call)).toMatchObject({ ok: true });
});
