import { afterEach, expect, it, vi } from "vitest";
import type { Bindings } from "../../src/hosts/workers/bindings.ts";
import { askApp, forgetApp, isDue, isKnown, refresh, settingsOf } from "../../src/hosts/workers/known-apps.ts";
import { appRoom, sessionRoom } from "../../src/kernel/room-name.ts";
import { AppId } from "../../src/protocol/ids.ts";
import { type AppSettings, DEFAULT_SETTINGS } from "../../src/protocol/rpc/app-settings.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import { append, pair, seqIdOf } from "../contract/suites/rooms.ts";
import { bindings, WorkersHost } from "./workers-host.ts";

const app = AppId.parse("known");

/** Objects of apps that answer with these settings; without any they cannot be reached. */
function answering(settings: AppSettings | undefined) {
  const call = vi.fn(async () => {
    if (settings === undefined) throw new Error("unreachable");
    return { ok: true, value: settings };
  });
  // SAFETY: the one binding that is used
  return { call, bindings: { APPS: { getByName: () => ({ call }) } } as unknown as Bindings };
}
const version = (number: number): AppSettings => ({ ...DEFAULT_SETTINGS, version: number });

afterEach(() => {
  vi.useRealTimers();
  forgetApp(app);
});

it("A11 an isolate asks an app once in a minute, and in between when it is half over", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const first = answering(version(1));
  expect(isKnown(app)).toBe(false);
  expect(await askApp(first.bindings, app)).toEqual(version(1));
  vi.setSystemTime(1_029_999);
  expect([isKnown(app), isDue(app)]).toEqual([true, false]);
  vi.setSystemTime(1_030_000);
  // Says so to one of those who ask.
  expect([isDue(app), isDue(app), isKnown(app)]).toEqual([true, false, true]);
  await askApp(first.bindings, app);
  expect(first.call).toHaveBeenCalledTimes(1);
  vi.setSystemTime(1_060_000);
  expect(isKnown(app)).toBe(false);
  expect(await askApp(answering(version(2)).bindings, app)).toEqual(version(2));
});

it("A11 what was known last holds when the app cannot be reached, and an older answer does not come later", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  await expect(askApp(answering(undefined).bindings, app)).rejects.toMatchObject({ errorName: "UNAVAILABLE" });
  await refresh(answering(version(3)).bindings, app);
  vi.setSystemTime(2_000_000);
  expect(await askApp(answering(undefined).bindings, app)).toEqual(version(3));
  await refresh(answering(version(2)).bindings, app);
  expect(settingsOf(app)).toEqual(version(3));
  const before = settingsOf(app);
  await refresh(answering(version(3)).bindings, app);
  expect(settingsOf(app)).toBe(before);
});

it("A33 a key that was revoked in another isolate is known no longer than 5 s, also where others ask for less", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const key = { name: "k", digest: "0".repeat(64), scopes: ["*"], createdAt: 1 };
  await askApp(answering({ ...version(1), keys: { K: key } }).bindings, app, "recent");
  const revoked = answering(version(2));
  vi.setSystemTime(1_004_999);
  expect((await askApp(revoked.bindings, app, "recent")).keys).toEqual({ K: key });
  vi.setSystemTime(1_005_000);
  expect((await askApp(revoked.bindings, app)).keys).toEqual({ K: key });
  expect((await askApp(revoked.bindings, app, "recent")).keys).toEqual({});
  expect(revoked.call).toHaveBeenCalledTimes(1);
});

it("A11 events that wait for the settings keep their order", async () => {
  const host = new WorkersHost();
  const { a, sessionId } = pair();
  const fresh = AppId.parse(`fresh-${a}`);
  const session = sessionRoom(fresh, sessionId);
  const outcomes = await Promise.all([1, 2, 3].map((index) => append(host, session, a, String(index))));
  expect(outcomes.map(seqIdOf)).toEqual([1, 2, 3]);
  const set = { type: "app.set", section: "policy", id: "", value: { recallWindowMs: 5 } } as const;
  unwrap(await host.call(appRoom(fresh), set));
  expect(await askApp(bindings, fresh)).toMatchObject({ policy: { recallWindowMs: 5 } });
});
