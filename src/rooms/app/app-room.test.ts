import { beforeEach, describe, expect, it } from "vitest";
import { alice, app, bob } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { AppPolicy, DEFAULT_POLICY } from "../../kernel/policy.ts";
import { appRoom, DEPLOYMENT_ROOM, sessionRoom } from "../../kernel/room-name.ts";
import { WordFilter } from "../../kernel/word-filter.ts";
import type { MessageEntry } from "../../protocol/entry.ts";
import { AppId, PackId } from "../../protocol/ids.ts";
import type { AppCall, AuditPage } from "../../protocol/rpc/app-call.ts";
import { type AppSettings, DEFAULT_SETTINGS } from "../../protocol/rpc/app-settings.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { AppendResult } from "../../protocol/rpc/session-call.ts";
import { singleSessionId } from "../../protocol/session-id.ts";
import type { WebhookFamily } from "../../protocol/webhook.ts";

const room = appRoom(app);
const hook: { events: WebhookFamily[]; since: number } = { events: ["message"], since: 5 };
let world: World;
beforeEach(() => {
  world = new World();
});

const ask = (call: AppCall) => world.call(room, call);
const settings = () => unwrap(ask({ type: "app.settings" })) as AppSettings; // SAFETY: what app.settings answers with
const setPolicy = (value: object | null, before?: object | null) =>
  ask({ type: "app.set", section: "policy", id: "", value, before });
const setHook = (id: string, value: typeof hook | null) => ask({ type: "app.set", section: "webhook", id, value });

describe("the settings of an app", () => {
  it("A1 are the defaults until something is set, and cost no row", () => {
    world.storage.rowsWritten = 0;
    expect(settings()).toEqual(DEFAULT_SETTINGS);
    expect(setHook("none", null)).toEqual({ ok: true, value: { version: 0 } });
    expect(ask({ type: "app.status", status: "active" })).toEqual({ ok: true, value: { version: 0 } });
    expect(world.storage.rowsWritten).toBe(0);
  });

  it("A2 are set and taken away by value", () => {
    unwrap(setHook("a", hook));
    unwrap(setHook("b", { ...hook, since: 6 }));
    unwrap(ask({ type: "app.set", section: "push", id: "com.example", value: { fcm: { project: "p" } } }));
    unwrap(setHook("a", null));
    expect(settings()).toMatchObject({
      webhooks: { b: { ...hook, since: 6 } },
      push: { "com.example": { fcm: { project: "p" } } },
    });
  });

  it("A2 are refused when they are not what their section takes", () => {
    expect(setPolicy({ messages: "nobody" })).toMatchObject({ ok: false, error: "BAD_PARAMETER" });
    expect(setHook("a", { ...hook, events: [] })).toMatchObject({ ok: false, error: "BAD_PARAMETER" });
    expect(settings()).toEqual(DEFAULT_SETTINGS);
  });

  it("A3 have a version; a change may insist on what it changes", () => {
    const [friends, everyone] = [{ messages: "friends" }, { messages: "everyone" }];
    expect(setPolicy(friends, everyone)).toMatchObject({ error: "PRECONDITION_FAILED" });
    expect(setPolicy(friends, null)).toMatchObject({ value: { version: 1 } });
    expect(setPolicy(friends)).toMatchObject({ value: { version: 1 } });
    unwrap(setHook("another value", hook));
    expect(setPolicy(everyone, null)).toMatchObject({ error: "PRECONDITION_FAILED" });
    expect(setPolicy(everyone, settings().policy)).toMatchObject({ value: { version: 3 } });
    expect(ask({ type: "app.status", status: "suspended" })).toMatchObject({ value: { version: 4 } });
    expect(settings()).toMatchObject({ version: 4, status: "suspended", policy: { messages: "everyone" } });
  });

  it("A4 are bounded", () => {
    const push = (id: string, chars: number) =>
      ask({ type: "app.set", section: "push", id, value: { text: "x".repeat(chars) } });
    expect(push("long", 262_144)).toMatchObject({ error: "LIMIT_REACHED" });
    for (let id = 1; id <= 4; id += 1) unwrap(push(`p-${id}`, 262_000));
    expect(push("one too many", 262_000)).toMatchObject({ error: "LIMIT_REACHED" });
    unwrap(push("p-4", 259_000));
    for (let id = 5; id <= 200; id += 1) unwrap(push(`p-${id}`, 1));
    expect(push("p-201", 1)).toMatchObject({ error: "LIMIT_REACHED" });
  });

  it("A5 are there after a crash", () => {
    unwrap(setHook("a", hook));
    world.crashAll();
    expect(settings()).toMatchObject({ version: 1, webhooks: { a: hook } });
  });

  it("A6 have keys by their hash", () => {
    const key = { name: "k", digest: "0".repeat(64), scopes: ["users:read"], createdAt: 1 };
    unwrap(ask({ type: "app.set", section: "key", id: "K", value: key }));
    expect(settings().keys).toEqual({ K: key });
    const wrong = { ...key, digest: "the key itself" };
    expect(ask({ type: "app.set", section: "key", id: "K", value: wrong })).toMatchObject({ error: "BAD_PARAMETER" });
  });

  it("A7 are changed on record, without what was set", () => {
    const audit = (before?: number) => unwrap(ask({ type: "app.audit", before, limit: 2 })) as AuditPage; // SAFETY: what app.audit answers with
    unwrap(ask({ type: "app.set", section: "webhook", id: "a", value: hook, by: "root" }));
    unwrap(setHook("a", hook));
    unwrap(setHook("a", { ...hook, events: ["message", "read"] }));
    unwrap(setHook("a", null));
    const note = { type: "app.note", action: "user.ban", about: "alice", by: "KEY", at: 7, source: "a" } as const;
    for (let times = 0; times < 2; times += 1) unwrap(ask(note));
    const { records, more } = audit();
    expect(more).toBe(true);
    expect(records).toEqual([
      { id: 4, at: 7, by: "KEY", action: "user.ban", about: "alice" },
      { id: 3, at: world.nowMs, by: "system", action: "webhook.delete", about: "a" },
    ]);
    expect(audit(3).records.map(({ by, action }) => [by, action])).toEqual([
      ["system", "webhook.change"],
      ["root", "webhook.create"],
    ]);
    expect(JSON.stringify(audit(100))).not.toContain("since");
  });

  it("A7 the oldest records are forgotten", () => {
    world.storage
      .forRoom(room)
      .prepare(
        `INSERT INTO app_audit (room, id, at, by, action, about) SELECT ?, value, 0, '', '', '' FROM json_each(?)`,
      )
      .run(room, JSON.stringify([1, 2, 100_000]));
    unwrap(ask({ type: "app.note", action: "x", about: "y", by: "z", at: 1, source: "a" }));
    expect(unwrap(ask({ type: "app.audit", limit: 10 }))).toMatchObject({
      records: [{ id: 100_001 }, { id: 100_000 }, { id: 2 }],
    });
  });

  it("A8 say that it is suspended, and keep everything", () => {
    unwrap(setHook("a", hook));
    unwrap(ask({ type: "app.status", status: "suspended", by: "root" }));
    expect(settings()).toMatchObject({ status: "suspended", webhooks: { a: hook } });
    expect(unwrap(ask({ type: "app.audit", limit: 1 }))).toMatchObject({
      records: [{ by: "root", action: "app.suspended" }],
    });
  });

  it("A9 know each signed request once, for as long as it could be repeated", () => {
    const created = world.nowMs / 1_000;
    const use = (nonce: string, keyId = "K") => ask({ type: "app.nonce", keyId, created, nonce });
    expect(use("1")).toMatchObject({ ok: true });
    expect(use("1")).toMatchObject({ ok: false, error: "BAD_CREDENTIALS" });
    for (const [nonce, keyId] of [["2"], ["1", "L"]] as const) expect(use(nonce, keyId)).toMatchObject({ ok: true });
    world.crashAll();
    world.nowMs += 300_000;
    expect(use("1")).toMatchObject({ ok: false, error: "BAD_CREDENTIALS" });
    world.nowMs += 1_000;
    expect(use("3")).toMatchObject({ ok: false, error: "BAD_CREDENTIALS" });
    const later = { type: "app.nonce", keyId: "K", created: world.nowMs / 1_000, nonce: "1" } as const;
    expect(ask(later)).toMatchObject({ ok: true });
    expect(world.storage.forRoom(room).prepare("SELECT nonce FROM app_nonces").all()).toEqual([{ nonce: "1" }]);
  });

  it("A12 hold for the app's rooms and no others, from the next event on", () => {
    const write = (to: AppId, packId: string) => {
      const items = [{ packId: PackId.parse(packId), contentType: 1 as const, content: "hello" }];
      return world.call(sessionRoom(to, singleSessionId(alice, bob)), { type: "append", sender: alice, items });
    };
    const other = AppId.parse("other");
    for (const one of [app, other]) expect(write(one, "1")).toMatchObject({ ok: true });
    unwrap(setPolicy({ messages: "friends" }));
    expect(write(app, "2")).toMatchObject({ ok: false, error: "NOT_FRIENDS" });
    expect(write(other, "2")).toMatchObject({ ok: true });
    unwrap(setPolicy(null));
    expect(write(app, "3")).toMatchObject({ ok: true });
  });
});

describe("the words of an app", () => {
  const deployment = new WordFilter({ list: ["theirs"], action: "reject" });

  function said(text: string): unknown {
    const items = [{ packId: PackId.parse(text.replaceAll(" ", "-")), contentType: 1 as const, content: text }];
    const session = sessionRoom(app, singleSessionId(alice, bob));
    const [result] = unwrap(world.call(session, { type: "append", sender: alice, items })) as AppendResult; // SAFETY: what append answers with
    if (result?.ok !== true) return result?.error;
    const { seqId } = result.value;
    const page = unwrap(world.call(session, { type: "shown", userId: alice, seqIds: [seqId] }));
    return (page as MessageEntry[])[0]?.content; // SAFETY: what shown answers with
  }

  it("A31 stand in the place of the deployment's, until they are taken away", () => {
    world = new World({ policy: { words: deployment } });
    expect([said("theirs"), said("ours")]).toEqual(["SENSITIVE_WORD", "ours"]);
    unwrap(setPolicy({ words: [" Ours "] }));
    expect([said("theirs"), said("not o-u-r-s")]).toEqual(["theirs", "not *******"]);
    unwrap(setPolicy({ words: ["ours"], wordAction: "reject" }));
    expect(said("again ours")).toBe("SENSITIVE_WORD");
    unwrap(setPolicy({ words: [] }));
    expect(said("ours and theirs")).toBe("ours and theirs");
    unwrap(setPolicy(null));
    expect(said("still theirs")).toBe("SENSITIVE_WORD");
  });

  it("A31 are made into a filter once for each version of the settings", () => {
    let own: AppSettings = {
      ...DEFAULT_SETTINGS,
      policy: { words: Array.from({ length: 10_000 }, (_, n) => `w${n}x`) },
    };
    const [one, other] = [new AppPolicy(DEFAULT_POLICY, () => own), new AppPolicy(DEFAULT_POLICY, () => own)];
    const first = one.words;
    expect(first?.apply("w7x and w9999x, not w10000x")).toBe("*** and ******, not w10000x");
    expect(one.words).toBe(first);
    expect(other.words).toBe(first);
    own = { ...own, version: 1, policy: { ...own.policy, wordAction: "reject" } };
    expect(one.words).not.toBe(first);
    expect(() => other.words?.apply("w7x")).toThrow();
  });

  it("A31 are bounded, and nothing is said about words where there are none", () => {
    const words = Array.from({ length: 10_000 }, (_, n) => `word-${n}`);
    expect(setPolicy({ words })).toMatchObject({ ok: true });
    expect(setPolicy({ words: [...words, "one more"] })).toMatchObject({ error: "BAD_PARAMETER" });
    expect(setPolicy({ words: words.map((word) => word.padEnd(64, "x")) })).toMatchObject({ error: "LIMIT_REACHED" });
    for (const word of ["", "  ", "x".repeat(65)])
      expect(setPolicy({ words: [word] })).toMatchObject({ error: "BAD_PARAMETER" });
    expect(setPolicy({ wordAction: "reject" })).toMatchObject({ error: "BAD_PARAMETER" });
    expect(settings().policy.words).toHaveLength(10_000);
  });
});

describe("the list of apps", () => {
  const registry = (call: AppCall) => world.call(DEPLOYMENT_ROOM, call);
  const add = (id: string, request = id) =>
    registry({ type: "apps.add", app: AppId.parse(id), name: `the ${id}`, request });

  it("A20 has each app once", () => {
    expect(AppId.safeParse("~").success).toBe(false);
    const acme = unwrap(add("acme", "1"));
    expect(acme).toEqual({ app: "acme", name: "the acme", createdAt: world.nowMs });
    world.nowMs += 5;
    expect(unwrap(add("acme", "1"))).toEqual(acme);
    expect(add("acme", "2")).toMatchObject({ ok: false, error: "APP_EXISTS" });
    expect(unwrap(registry({ type: "apps.get", app: AppId.parse("acme") }))).toEqual(acme);
    expect(registry({ type: "apps.get", app: AppId.parse("nobody") })).toMatchObject({ error: "NO_SUCH_APP" });
  });

  it("A21 is told in pages", () => {
    for (const id of ["c", "a", "b"]) unwrap(add(id));
    const page = (after: string) => unwrap(registry({ type: "apps.list", after, limit: 2 }));
    expect(page("")).toMatchObject({ apps: [{ app: "a" }, { app: "b" }], more: true });
    expect(page("b")).toMatchObject({ apps: [{ app: "c" }], more: false });
  });
});
