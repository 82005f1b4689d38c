import { beforeEach, describe, expect, it } from "vitest";
import { SimGroup, wholeLog } from "../../../test/sim/asks.ts";
import { answer, beforeSend, decided, landOthers, questions, setBeforeSend } from "../../../test/sim/before-send.ts";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, pack } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

let world: World;
let alices: SimConnection;
beforeEach(() => {
  world = new World();
  alices = online(world, alice);
  world.drain();
});

function send(packId: string, sessionId: SessionId = chat, by = alices): void {
  world.send(by, { type: "msg.send", packId: pack(packId), sessionId, contentType: 1, content: packId });
}

const ackOf = (packId: string) => alices.acks(packId)[0];
const contents = () => wholeLog(world).map((entry) => entry.kind === "message" && entry.content);

describe("a message that the app is asked about", () => {
  it("M200 is not asked about by an app without a hook, nor in sessions that the hook is not for", () => {
    send("plain");
    expect(questions(world)).toEqual([]);
    setBeforeSend(world, { sessions: ["group"] });
    send("single");
    expect(questions(world)).toEqual([]);
    world.drain();
    expect(contents()).toEqual(["plain", "single"]);
    const group = SimGroup.create(world, alice, [bob]);
    world.drain();
    send("grouped", group.sessionId);
    expect(questions(world)).toMatchObject([{ packIds: ["grouped"], call: { url: beforeSend.url, timeoutMs: 500 } }]);
  });

  it("M201 is stored as it is, with another content, or not at all, as the app decides", () => {
    setBeforeSend(world);
    send("first");
    answer(world, decided({ action: "allow" }));
    for (const packId of ["a", "b", "c"]) send(packId);
    answer(world, decided({ action: "reject", code: 1001, reason: "no phone numbers" }));
    answer(world, decided({ action: "replace", content: "***" }, { action: "reject" }));
    expect(contents()).toEqual(["first", "***"]);
    const { code } = ERRORS.HOOK_REJECTED;
    expect([ackOf("a"), ackOf("c")]).toMatchObject([
      { code, message: `${ERRORS.HOOK_REJECTED.message}: 1001 no phone numbers` },
      { code, message: ERRORS.HOOK_REJECTED.message },
    ]);
    expect(ackOf("b")).toMatchObject({ code: 0, data: { seqId: 2 } });
  });

  it.each([
    ["open", 0, ["quiet"]],
    ["closed", ERRORS.HOOK_UNANSWERED.code, []],
  ] as const)("M202 is stored without an answer, or refused, as the hook says: %s", (onFailure, code, stored) => {
    setBeforeSend(world, { onFailure });
    send("quiet");
    answer(world, { kind: "unanswered", why: "timeout" });
    expect(ackOf("quiet")?.code).toBe(code);
    expect(contents()).toEqual(stored);
  });

  it("M203 keeps its place among those of its sender and session, and holds up no other session", () => {
    setBeforeSend(world);
    const toCarol = singleSessionId(alice, carol);
    send("1");
    send("2");
    send("elsewhere", toCarol);
    const asked = questions(world);
    expect(asked.map(({ packIds }) => packIds)).toEqual([["1"], ["elsewhere"]]);
    world.answer(Number(asked[1]?.index), { ok: true, value: decided({ action: "allow" }) });
    landOthers(world);
    // The other session has its message, and bob's mailbox his, while this question hangs.
    expect(ackOf("elsewhere")?.code).toBe(0);
    const bobs = online(world, bob);
    setBeforeSend(world, { sessions: ["group"] });
    send("from-bob", chat, bobs);
    landOthers(world);
    expect(bobs.acks("from-bob")[0]?.code).toBe(0);
    expect(ackOf("1")).toBeUndefined();
    send("3");
    answer(world, decided({ action: "allow" }));
    // Settings are read when a batch begins: these go without a question.
    expect(contents()).toEqual(["from-bob", "1", "2", "3"]);
  });

  it("M204 is refused when the instance that asked is gone, so that it cannot come after later ones", () => {
    setBeforeSend(world);
    send("old");
    world.evict(mailboxOf(alice));
    send("new");
    const [old, fresh] = questions(world);
    world.answer(Number(fresh?.index), { ok: true, value: decided({ action: "allow" }) });
    world.answer(Number(old?.index), { ok: true, value: decided({ action: "allow" }) });
    world.drain();
    expect(ackOf("new")?.code).toBe(0);
    expect(ackOf("old")?.code).toBe(ERRORS.HOOK_UNANSWERED.code);
    expect(contents()).toEqual(["new"]);
  });

  it("S153 is repeated as it was first decided, whatever the app says now", () => {
    setBeforeSend(world);
    send("once");
    answer(world, decided({ action: "replace", content: "***" }));
    send("once");
    answer(world, decided({ action: "reject" }));
    send("once");
    answer(world, decided({ action: "allow" }));
    const data = { seqId: 1, repeated: true };
    expect(alices.acks("once")).toMatchObject([{ code: 0 }, { code: 0, data }, { code: 0, data }]);
    expect(contents()).toEqual(["***"]);
  });

  it("S154 is judged with the content that the app gave it", () => {
    setBeforeSend(world);
    send("empty");
    answer(world, decided({ action: "replace", content: "" }));
    send("wrong");
    answer(world, decided({ action: "replace", contentType: 5, content: { url: "no name" } }));
    expect([ackOf("empty")?.code, ackOf("wrong")?.code]).toEqual([ERRORS.TOO_SHORT.code, ERRORS.BAD_PARAMETER.code]);
    expect(contents()).toEqual([]);
  });
});
