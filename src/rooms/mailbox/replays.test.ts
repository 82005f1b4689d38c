import { beforeEach, describe, expect, it } from "vitest";
import { mailboxOf } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat, chatRoom, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import type { VisitorState } from "../../kernel/visit.ts";
import type { ReplayCall } from "../../protocol/rpc/mailbox-call.ts";
import type { UpFrame } from "../../protocol/up.ts";

const DAY_MS = 86_400_000;

let world: World;
beforeEach(() => {
  world = new World();
});

const visitor: VisitorState = {
  phase: "visiting",
  userId: alice,
  deviceId: "",
  deviceType: "web",
  tokenId: "",
  issuedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

function ask(frame: UpFrame, options: { keyed?: true; tokenId?: string } = { keyed: true }) {
  const answer = world.ask(mailboxOf(alice), { ...visitor, ...options }, frame);
  world.drain();
  return answer;
}

function rename(name: string, key = "k"): UpFrame {
  return { type: "user.update", packId: pack(key), profile: { name } };
}

describe("a visit with a key", () => {
  it("M194 is done once, and answered alike for a day", async () => {
    const first = await ask(rename("Al"));
    world.nowMs += 5_000;
    expect(await ask(rename("Ali", "other"))).toMatchObject({ ok: true });
    world.crashAll();
    expect(await ask(rename("Al"))).toEqual(first);
    const profile = world.call(mailboxOf(alice), { type: "profile", by: { kind: "server" } });
    expect(profile).toMatchObject({ value: { name: "Ali" } });
    expect(await ask(rename("Alice"))).toMatchObject({ ok: false, error: "PACK_CONFLICT" });
    world.nowMs += DAY_MS;
    expect(await ask(rename("Alice"))).toMatchObject({ ok: true, value: { name: "Alice" } });
  });

  it("M194 keeps no refusals, and nothing of visits without one", async () => {
    const read: UpFrame = { type: "msg.read", packId: pack("r"), sessionId: chat, seqId: 1 };
    expect(await ask(read)).toMatchObject({ ok: false, error: "NO_SUCH_MESSAGE" });
    world.call(chatRoom, { type: "append", sender: bob, items: [{ packId: pack("m"), contentType: 1, content: "m" }] });
    world.drain();
    expect(await ask(read)).toMatchObject({ ok: true, value: { readSeqId: 1, unread: 0 } });
    await ask(rename("Al", "free"), {});
    expect(await ask(rename("Bo", "free"), {})).toMatchObject({ ok: true, value: { name: "Bo" } });
  });

  it("M194 that waits for the session room is kept with its answer, and a message there alone", async () => {
    const create = { type: "group.create" as const, packId: pack("g"), info: { name: "g" }, userIds: [bob] };
    const first = await ask(create);
    expect(first).toMatchObject({ ok: true, value: { seqId: 1 } });
    expect(await ask(create)).toEqual(first);
    const send: UpFrame = { type: "msg.send", packId: pack("m"), sessionId: chat, contentType: 1, content: "m" };
    expect(await ask(send)).not.toHaveProperty("value.repeated");
    expect(await ask(send)).toMatchObject({ value: { seqId: 1, repeated: true } });
  });

  it("M194 keeps the newest thousand", async () => {
    for (let n = 0; n <= 1_000; n += 1) {
      world.nowMs += 1;
      await ask(rename("Al", `n-${n}`));
    }
    expect(await ask(rename("Bo", "n-1000"))).toMatchObject({ error: "PACK_CONFLICT" });
    expect(await ask(rename("Bo", "n-1"))).toMatchObject({ error: "PACK_CONFLICT" });
    expect(await ask(rename("Bo", "n-0"))).toMatchObject({ ok: true });
  });
});

describe("the answer of a route", () => {
  const replay = (digest: number, answer?: string) => {
    const call: ReplayCall = { type: "replay", key: pack("k"), digest, ...(answer === undefined ? {} : { answer }) };
    return world.call(mailboxOf(alice), call);
  };

  it("M195 is kept once", () => {
    expect(replay(7)).toEqual({ ok: true, value: { answer: undefined } });
    expect(replay(7, "first")).toEqual({ ok: true, value: { answer: "first" } });
    expect(replay(7, "second")).toEqual({ ok: true, value: { answer: "first" } });
    expect(replay(7)).toEqual({ ok: true, value: { answer: "first" } });
    expect(replay(8)).toMatchObject({ ok: false, error: "PACK_CONFLICT" });
  });
});

describe("many visits", () => {
  it("M196 of a user share an allowance, and each is answered; those of a server key have none", async () => {
    const policy: Partial<RoomPolicy> = { requestsPerSecond: 1, requestBurst: 3 };
    world = new World({ policy });
    const names = async (tokenId: (n: number) => string, count: number) => {
      const answers = [];
      for (let n = 0; n < count; n += 1) answers.push(await ask(rename("Al"), { tokenId: tokenId(n) }));
      return answers.filter(({ ok }) => ok).length;
    };
    expect(await names((n) => `token-${n}`, 2_000)).toBe(3);
    world.nowMs += 60_000;
    expect(await names(() => "token", 1)).toBe(1);
    expect(await names(() => "", 10)).toBe(10);
  });
});
