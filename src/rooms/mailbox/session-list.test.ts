import { beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { append, text } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, hotSession, online, read, say, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, chat, user } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { SessionListResult } from "../../protocol/frames/session.ts";
import { singleSessionId } from "../../protocol/session-id.ts";
import type { UpFrame } from "../../protocol/up.ts";

type Without<T> = T extends unknown ? Omit<T, "packId"> : never;
type List = z.infer<typeof SessionListResult>;

let world: World;
let phone: SimConnection;
let laptop: SimConnection;
beforeEach(() => {
  world = new World();
  phone = online(world, bob, { deviceType: "ios" });
  laptop = online(world, bob);
  append(world, alice, [text("one"), text("two"), text("three")]);
  world.drain();
});

function request(asking: Without<UpFrame>, connection = phone): string {
  const packId = freshPack();
  world.send(connection, { ...asking, packId } as UpFrame); // SAFETY: a frame without its packId, and that
  world.drain();
  return packId;
}

const told = () => laptop.sessionFrames().map(({ session }) => session);
const codeOf = (packId: string) => phone.acks(packId)[0]?.code;

/** A message of somebody else to bob. */
function hear(from: string): void {
  const sender = user(from);
  const sessionId = singleSessionId(sender, bob);
  world.nowMs += 1_000;
  append(world, sender, [text(`from-${from}`)], sessionRoom(app, sessionId));
  world.drain();
}

describe("the session list", () => {
  it("M54 is read as a whole, with all marks", () => {
    for (const name of ["carol", "dave"]) hear(name);
    request({ type: "msg.markUnread", sessionId: singleSessionId(user("carol"), bob) });
    read(world, phone, 3);
    const before = told().length;
    expect(dataOf(phone, request({ type: "msg.readAll" }))).toEqual({ sessions: 2 });
    expect(told().slice(before)).toMatchObject([{ unread: 0 }, { unread: 0 }]);
    expect(syncPage(world, phone).sessions.every(({ unread, marked }) => unread === 0 && !marked)).toBe(true);
    expect(dataOf(phone, request({ type: "msg.readAll" }))).toEqual({ sessions: 0 });
  });

  it("M55 has marks that reading ends, also of what is read already, and so does an own message", () => {
    read(world, phone, 3);
    const mark = () => request({ type: "msg.markUnread", sessionId: chat });
    mark();
    expect(hotSession(world, bob)).toMatchObject({ marked: true, readSeqId: 3, unread: 0 });
    read(world, phone, 3);
    expect(hotSession(world, bob)).not.toHaveProperty("marked");
    mark();
    say(world, phone, "answer");
    world.drain();
    expect(hotSession(world, bob)).not.toHaveProperty("marked");
  });

  it("M56 has attributes that are merged, and taken away with null", () => {
    const set = (attributes: object) =>
      request({ type: "session.attr", sessionId: chat, attributes } as Without<UpFrame>); // SAFETY: the attributes of the caller
    expect(dataOf(phone, set({ pinned: true, draft: "dear" }))).toEqual({ pinned: true, draft: "dear" });
    expect(dataOf(phone, set({ draft: null, mutedUntil: 9 }))).toEqual({ pinned: true, mutedUntil: 9 });
    world.crashAll();
    expect(hotSession(world, bob)?.attributes).toEqual({ pinned: true, mutedUntil: 9 });
    phone = online(world, bob, { deviceType: "ios" });
    expect(codeOf(set({ custom: "x".repeat(4_097) }))).toBe(ERRORS.BAD_PARAMETER.code);
  });

  it("M57 leaves out what is hidden, until its next message", () => {
    request({ type: "session.hide", sessionId: chat });
    expect(hotSession(world, bob)).toMatchObject({ hidden: true, unread: 0, readSeqId: 3 });
    expect(dataOf<List>(phone, request({ type: "session.list" })).sessions).toEqual([]);
    append(world, alice, [text("four")]);
    world.drain();
    expect(hotSession(world, bob)).not.toHaveProperty("hidden");
    expect(dataOf<List>(phone, request({ type: "session.list" }))).toMatchObject({ unreadTotal: 1 });
  });

  it("M58 pages by last activity, with the exact sum of what is unread", () => {
    for (const name of ["carol", "dave", "erin"]) hear(name);
    const names: string[] = [];
    let before: string | undefined;
    do {
      const page: List = dataOf(phone, request({ type: "session.list", limit: 1, ...(before && { before }) }));
      expect(page.unreadTotal).toBe(6);
      names.push(...page.sessions.map(({ last }) => last.from));
      before = page.next;
    } while (before !== undefined);
    expect(names).toEqual(["erin", "dave", "carol", alice]);
    expect(codeOf(request({ type: "session.list", before: "nonsense" }))).toBe(ERRORS.BAD_PARAMETER.code);
  });

  it("M59 tells the other devices of changes, and of nothing that is none", () => {
    const pinned = { type: "session.attr", sessionId: chat, attributes: { pinned: true } } as const;
    for (const asking of [pinned, pinned]) request(asking);
    for (let n = 0; n < 2; n += 1) request({ type: "msg.markUnread", sessionId: chat });
    for (let n = 0; n < 2; n += 1) request({ type: "session.hide", sessionId: chat });
    expect(told()).toMatchObject([{ attributes: { pinned: true } }, { marked: true }, { hidden: true, unread: 0 }]);
    const unknown = singleSessionId(bob, user("nobody"));
    for (const type of ["msg.markUnread", "session.hide"] as const)
      expect(codeOf(request({ type, sessionId: unknown }))).toBe(ERRORS.NO_SUCH_MESSAGE.code);
  });
});
