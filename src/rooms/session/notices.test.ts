import { beforeEach, describe, expect, it } from "vitest";
import { freshPack, hotSession, online, read } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat, chatRoom, pack, user } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import { AppId, type SessionId, type UserId } from "../../protocol/ids.ts";
import { type Outcome, unwrap } from "../../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import { noticeSessionId } from "../../protocol/session-id.ts";

const shop = user("shop");
const notices = noticeSessionId(app, alice);
const room = sessionRoom(app, notices);
const ACCESS_DENIED = { ok: false, error: "ACCESS_DENIED" };

let world: World;
beforeEach(() => {
  world = new World();
});

function notify(content: string, item: Partial<AppendItem> = {}): Outcome {
  const items = [{ packId: freshPack(), contentType: 1, content, ...item }];
  return world.call(room, { type: "append", by: "server", sender: shop, items });
}

function write(sender: UserId, to = room): Outcome {
  const items = [{ packId: freshPack(), contentType: 1, content: "text" }];
  return world.call(to, { type: "append", sender, items });
}

/** Without the packId and the session, which all of these frames have. */
type Short<F> = F extends SessionFrame ? Omit<F, "packId" | "sessionId"> : never;

function request(by: UserId, frame: Short<SessionFrame>): Outcome {
  const whole = { ...frame, packId: freshPack(), sessionId: notices } as SessionFrame; // SAFETY: what Short left out
  return world.call(room, { type: "request", by, frame: whole });
}

function control(
  op: "recall" | "delete" | "override",
  seqId: number,
  options: { session?: SessionId; by?: UserId } = {},
) {
  const { session: sessionId = notices } = options;
  const content = op === "override" ? { content: "better" } : {};
  const frame = { type: "msg.control", packId: freshPack(), sessionId, seqId, op, ...content } as const;
  return { type: "control", by: options.by, frame } as const;
}

function historyOf(userId: UserId | undefined): Outcome {
  const by = userId === undefined ? ({ kind: "server" } as const) : ({ kind: "user", userId } as const);
  return world.call(room, { type: "history", by });
}

function contents(outcome: Outcome): unknown[] {
  const { entries } = unwrap(outcome) as HistoryResult; // SAFETY: history answers with a page
  return entries.map((entry) => entry.kind === "message" && (entry.gone?.as ?? entry.content));
}

describe("business notices", () => {
  it("S110 reach the mailbox of their user, and are counted until they are read", () => {
    const connection = online(world, alice);
    notify("one");
    notify("two", { uncounted: true });
    notify("three");
    world.drain();
    expect(connection.entries().map(({ seqId, from }) => [seqId, from])).toEqual([
      [1, shop],
      [2, shop],
      [3, shop],
    ]);
    expect(hotSession(world, alice, notices)).toMatchObject({ unread: 2, lastSeqId: 3, member: true });
    read(world, connection, 3, notices);
    world.drain();
    expect(hotSession(world, alice, notices)).toMatchObject({ unread: 0, readSeqId: 3 });
    expect(hotSession(world, shop, notices)).toBeUndefined();
  });

  it("S110 of another app do not exist", () => {
    const foreign = sessionRoom(app, noticeSessionId(AppId.parse("other"), alice));
    const items = [{ packId: pack("p"), contentType: 1, content: "text" }];
    expect(world.call(foreign, { type: "append", by: "server", sender: shop, items })).toMatchObject(ACCESS_DENIED);
    expect(write(alice, foreign)).toMatchObject(ACCESS_DENIED);
    expect(contents(world.call(foreign, { type: "history", by: { kind: "server" } }))).toEqual([]);
    world.drain();
    expect(hotSession(world, alice, noticeSessionId(AppId.parse("other"), alice))).toBeUndefined();
  });

  it("S111 are written by servers alone", () => {
    notify("one");
    for (const userId of [alice, bob, shop]) expect(write(userId)).toMatchObject(ACCESS_DENIED);
    const text = { contentType: 1, content: "text" };
    const frames = [
      { type: "msg.signal", ...text },
      { type: "typing", isTyping: true },
      { type: "stream.open", ...text },
      { type: "msg.control", op: "override", seqId: 1, content: "mine" },
      { type: "msg.control", op: "recall", seqId: 1 },
    ] as const;
    for (const frame of frames) expect(request(alice, frame)).toMatchObject(ACCESS_DENIED);
    expect(historyOf(shop)).toMatchObject({ error: "HISTORY_FORBIDDEN" });
    expect(contents(historyOf(alice))).toEqual(["one"]);
  });

  it("S111 cannot be answered through a mailbox either", () => {
    notify("one");
    world.drain();
    const connection = online(world, alice);
    world.send(connection, { type: "msg.send", packId: pack("p"), sessionId: notices, contentType: 1, content: "no" });
    world.drain();
    expect(connection.acks("p")).toMatchObject([{ code: 23 }]);
  });

  it("S112 come in spite of a block, once, and not when they are no messages", () => {
    const connection = online(world, alice);
    world.send(connection, { type: "block.add", packId: pack("block"), userId: shop });
    world.drain();
    expect(connection.acks("block")).toMatchObject([{ code: 0 }]);
    const packId = freshPack();
    const [first, second] = [notify("one", { packId }), notify("one", { packId })].map(
      (outcome) => (unwrap(outcome) as AppendResult)[0], // SAFETY: append answers with one result per item
    );
    expect(first).toMatchObject({ value: { seqId: 1 } });
    expect(second).toMatchObject({ value: { seqId: 1, repeated: true } });
    expect(unwrap(notify("other", { packId }))).toMatchObject([{ error: "PACK_CONFLICT" }]);
    expect(unwrap(notify(""))).toMatchObject([{ error: "TOO_SHORT" }]);
    expect(unwrap(notify("for bob", { mentions: { users: [bob] } }))).toMatchObject([{ error: "BAD_PARAMETER" }]);
  });

  it("S113 are their user's to react to, pin, hide and ask about, and nobody else's", () => {
    notify("one");
    notify("two", { mentions: { users: [alice] } });
    expect(request(alice, { type: "msg.react", seqId: 1, reaction: "👍" })).toMatchObject({ value: { seqId: 3 } });
    expect(request(alice, { type: "msg.pin", seqId: 1 })).toMatchObject({ value: { seqId: 4 } });
    world.drain();
    world.call(room, { type: "cursors", userId: alice, readSeqId: 2, receivedSeqId: 2 });
    expect(request(alice, { type: "msg.readers", seqId: 2 })).toEqual({
      ok: true,
      value: { count: 1, of: 1, users: [alice] },
    });
    expect(world.call(room, { type: "hide", userId: alice, seqIds: [1] })).toMatchObject({ ok: true });
    expect(contents(historyOf(alice)).slice(0, 2)).toEqual(["hidden", "two"]);
    expect(contents(historyOf(undefined)).slice(0, 2)).toEqual(["one", "two"]);
    expect(request(bob, { type: "msg.react", seqId: 1, reaction: "👍" })).toMatchObject(ACCESS_DENIED);
    expect(historyOf(bob)).toMatchObject({ error: "HISTORY_FORBIDDEN" });
  });
});

describe("a server key", () => {
  it("S114 recalls, overrides and deletes notices, which are then uncounted", () => {
    for (const content of ["one", "two", "three"]) notify(content);
    world.drain();
    world.nowMs += 86_400_000;
    const recall = control("recall", 1);
    expect(world.call(room, recall)).toMatchObject({ ok: true, value: { seqId: 4 } });
    expect(world.call(room, recall)).toMatchObject({ ok: true, value: { seqId: 4, repeated: true } });
    expect(world.call(room, control("override", 2))).toMatchObject({ ok: true });
    expect(world.call(room, control("delete", 3))).toMatchObject({ ok: true });
    world.drain();
    expect(contents(historyOf(alice)).slice(0, 3)).toEqual(["recalled", "better", "deleted"]);
    expect(hotSession(world, alice, notices)).toMatchObject({ unread: 1 });
    expect(world.call(room, control("recall", 1))).toMatchObject({ error: "MESSAGE_GONE" });
    expect(world.call(room, control("recall", 4))).toMatchObject({ error: "NO_SUCH_MESSAGE" });
    expect(world.call(room, control("recall", 99))).toMatchObject({ error: "NO_SUCH_MESSAGE" });
  });

  it("S114 does so in any session, and says who did it", () => {
    expect(write(alice, chatRoom)).toMatchObject({ ok: true });
    world.nowMs += 86_400_000;
    expect(world.call(chatRoom, control("delete", 1, { session: chat, by: shop }))).toMatchObject({ ok: true });
    const page = world.call(chatRoom, { type: "history", by: { kind: "user", userId: bob } });
    expect(unwrap(page)).toMatchObject({ entries: [{ gone: { as: "deleted", by: shop } }, { from: shop }] });
    expect(write(carol, chatRoom)).toMatchObject(ACCESS_DENIED);
  });
});
