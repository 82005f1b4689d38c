import { beforeEach, describe, expect, it } from "vitest";
import { wholeLog } from "../../../test/sim/asks.ts";
import { answer, decided, landOthers, questions, setBeforeSend } from "../../../test/sim/before-send.ts";
import { online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat, chatRoom, pack } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { type Asking, ask, chunk, close, edit, messageIn, open, recall, tryAsk } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { UpFrame } from "../../protocol/up.ts";

const allow = { action: "allow" } as const;
const reject = { action: "reject", code: "spam" } as const;

let world: World;
let alices: SimConnection;
beforeEach(() => {
  world = new World();
  alices = online(world, alice);
  world.drain();
});

function say(packId: string, ...askings: readonly (Asking | { readonly send: string })[]): void {
  const frames = askings.map((asking, index) => {
    const named = { packId: pack(askings.length === 1 ? packId : `${packId}${index}`), sessionId: chat };
    return "send" in asking
      ? { ...named, type: "msg.send", contentType: 1, content: asking.send }
      : { ...asking, ...named };
  });
  world.send(alices, ...(frames as UpFrame[])); // SAFETY: completed here
  landOthers(world);
}

const ackOf = (packId: string) => alices.acks(packId)[0];
const kinds = () => wholeLog(world).map((entry) => (entry.kind === "control" ? entry.control.op : entry.kind));

/** A stream of alice, open and with this text; the app is asked from now on. */
function streaming(text: string): void {
  ask(world, alice, open(text));
  world.drain();
  setBeforeSend(world);
}

describe("what the app is asked about besides messages", () => {
  it("M230 are edits and both ends of streams, with messages in one question and in their order", () => {
    ask(world, alice, open("old"));
    world.drain();
    setBeforeSend(world);
    say("wait", { send: "first" });
    say("s", { send: "a" }, edit(1, "b"), open("c"), open(""), close(1, "d"), { send: "e" });
    expect(questions(world).map(({ packIds }) => packIds)).toEqual([["wait"]]);
    answer(world, decided(allow));
    const [question] = questions(world);
    expect(question?.messages).toEqual([
      { packId: "s0", contentType: 1, content: "a" },
      { packId: "s1", seqId: 1, op: "override", content: "b" },
      { packId: "s2", contentType: 1, content: "c", streaming: true },
      { packId: "s4", seqId: 1, op: "finish", contentType: 1, content: "d" },
      { packId: "s5", contentType: 1, content: "e" },
    ]);
    answer(world, decided(allow, allow, { action: "replace", content: "C" }, allow, reject));
    // The edit of what is still written is refused by the session, and holds up nothing.
    expect(ackOf("s1")?.code).toBe(ERRORS.REFUSED.code);
    expect(ackOf("s5")?.code).toBe(ERRORS.HOOK_REJECTED.code);
    expect(kinds()).toEqual(["message", "message", "message", "message", "message", "finish"]);
    expect([messageIn(world, 4), messageIn(world, 5)]).toMatchObject([{ content: "C" }, { content: "" }]);
    expect(messageIn(world, 1)).toMatchObject({ content: "d" });
  });

  it("M230 is neither what takes away nor what grows or passes", () => {
    streaming("so");
    const signal = { type: "msg.signal", contentType: 100, content: "x" } as const;
    say("p", chunk(1, 2, " far"), signal, recall(1));
    expect(questions(world)).toEqual([]);
    expect(["p0", "p1", "p2"].map((packId) => ackOf(packId)?.code)).toEqual([0, 0, 0]);
  });

  it("S170 is replaced or refused like a message, once for each packId", () => {
    say("first", { send: "one" });
    setBeforeSend(world);
    say("e1", edit(1, "two"));
    answer(world, decided({ action: "replace", content: "***", contentType: 101 }));
    expect(messageIn(world, 1)).toMatchObject({ content: "***", contentType: 101, edited: { count: 1 } });
    say("e1", edit(1, "two"));
    answer(world, decided(reject));
    expect(alices.acks("e1")).toMatchObject([{ code: 0 }, { code: 0, data: { seqId: 2, repeated: true } }]);
    say("e2", edit(1, "three"));
    answer(world, decided(reject));
    expect(ackOf("e2")).toMatchObject({ code: ERRORS.HOOK_REJECTED.code, message: expect.stringMatching(/spam$/) });
    say("o1", open("x"));
    answer(world, decided({ action: "replace", content: { url: "https://example.org" } }));
    expect(ackOf("o1")?.code).toBe(ERRORS.BAD_PARAMETER.code);
    expect(kinds()).toEqual(["message", "override"]);
  });
});

describe("the end of a stream", () => {
  it("M231 is what the app has seen, whatever grew meanwhile", () => {
    streaming("so");
    say("c", chunk(1, 2, " far"));
    say("end", close(1));
    expect(questions(world)).toMatchObject([{ messages: [{ op: "finish", content: "so far", contentType: 1 }] }]);
    say("late", chunk(1, 6, " unseen"));
    expect(messageIn(world, 1).content).toBe("so far unseen");
    answer(world, decided(allow));
    expect(ackOf("end")?.code).toBe(0);
    expect(messageIn(world, 1)).toMatchObject({ content: "so far" });
    expect(messageIn(world, 1).streaming).toBeUndefined();
  });

  it("M231 is asked about also when its user has hidden it, and fails with its batch when it cannot be read", () => {
    streaming("so");
    world.send(alices, { type: "msg.hide", packId: pack("h"), sessionId: chat, seqIds: [1] });
    landOthers(world);
    say("end", close(1));
    expect(questions(world)).toMatchObject([{ messages: [{ content: "so" }] }]);
    answer(world, decided({ action: "replace", content: "!" }));
    expect(messageIn(world, 1)).toMatchObject({ content: "!" });
    say("next", open("n"));
    answer(world, decided(allow));
    expect(messageIn(world, 3).streaming).toBe(true);
    world.send(alices, { ...close(3), packId: pack("lost"), sessionId: chat });
    world.send(alices, { type: "msg.send", packId: pack("behind"), sessionId: chat, contentType: 1, content: "b" });
    world.land(
      world.flights.findIndex((flight) => flight.kind === "request"),
      "lost",
    );
    world.drain();
    const { code } = ERRORS.UNAVAILABLE;
    expect([ackOf("lost")?.code, ackOf("behind")?.code]).toEqual([code, code]);
  });

  it("M232 takes the message away when the app rejects it", () => {
    streaming("bad");
    say("end", close(1));
    answer(world, decided(reject));
    expect(ackOf("end")?.code).toBe(ERRORS.HOOK_REJECTED.code);
    expect(messageIn(world, 1)).toMatchObject({ content: "", gone: { as: "deleted", by: alice } });
    say("end", close(1));
    expect(questions(world)).toEqual([]);
    expect(alices.acks("end")[1]?.code).toBe(ERRORS.MESSAGE_GONE.code);
  });

  it("M233 is not asked about where there is none", () => {
    ask(world, bob, open("bob's"));
    ask(world, alice, open("done"));
    ask(world, alice, close(2));
    world.drain();
    setBeforeSend(world);
    say("x", close(1), close(2), close(9));
    expect(questions(world)).toEqual([]);
    const codes = ["x0", "x1", "x2"].map((packId) => ackOf(packId)?.code);
    expect(codes).toEqual([ERRORS.ACCESS_DENIED.code, 0, ERRORS.NO_SUCH_MESSAGE.code]);
  });

  it("S171 leaves what ended already, and goes on without an answer", () => {
    streaming("a");
    setBeforeSend(world, { onFailure: "closed" });
    say("end", close(1, "b"));
    answer(world, { kind: "unanswered", why: "timeout" });
    expect(ackOf("end")?.code).toBe(ERRORS.HOOK_UNANSWERED.code);
    expect(messageIn(world, 1)).toMatchObject({ content: "a", streaming: true });
    say("end", close(1, "b"));
    answer(world, decided(allow));
    expect(messageIn(world, 1)).toMatchObject({ content: "b" });
    const verdict = { kind: "refused", error: "HOOK_REJECTED" } as const;
    expect(tryAsk(world, alice, close(1), verdict)).toMatchObject({ ok: true, value: { seqId: 0 } });
    expect(messageIn(world, 1)).toMatchObject({ content: "b" });
  });

  it("S172 is a matter of those who write it", () => {
    ask(world, alice, open("a"));
    ask(world, bob, open("b"));
    ask(world, alice, open("c"));
    ask(world, alice, close(3));
    const asked = { type: "streams", userId: alice, seqIds: [1, 2, 3, 4] } as const;
    expect(world.call(chatRoom, asked)).toMatchObject({ ok: true, value: [{ seqId: 1 }] });
  });
});
