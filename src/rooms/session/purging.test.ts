import { describe, expect, it } from "vitest";
import { append, errorOf, history, SimGroup, text, tryAppend, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame, countOf, messageIn, tryControl } from "../../../test/sim/controls.ts";
import { freshPack, hotSession, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chatRoom, dave } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { GroupFrame } from "../../protocol/frames/group.ts";
import type { UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { PurgeResult, SessionCall } from "../../protocol/rpc/session-call.ts";
import { noticeSessionId } from "../../protocol/session-id.ts";

const HOUR_MS = 3_600_000;

function step(world: World, call: Extract<SessionCall, { type: "retain" | "forget" }>, room: RoomName = chatRoom) {
  return (unwrap(world.call(room, call)) as PurgeResult).more; // SAFETY: what both answer with
}

function forget(world: World, userId: UserId, room: RoomName = chatRoom): void {
  while (step(world, { type: "forget", userId }, room));
}

function retain(world: World, beforeMs: number): void {
  while (step(world, { type: "retain", beforeMs }));
}

function send(world: World, sender: UserId, count: number): void {
  append(
    world,
    sender,
    Array.from({ length: count }, () => text(freshPack())),
  );
}

const keptIn = (log: readonly Entry[]) => log.flatMap((one) => (one.kind === "message" && !one.gone ? one.seqId : []));
const purgesIn = (log: readonly Entry[]) => log.flatMap((one) => (one.kind === "control" ? one.control : []));

/** All that the room's rows say. */
function stored(world: World): string {
  return JSON.stringify(world.storage.forRoom("").prepare("SELECT entry FROM entries").all());
}

describe("what goes for good", () => {
  it("S181 are the messages from before a time, a step at a time, wherever it is interrupted", () => {
    const world = new World();
    send(world, alice, 300);
    world.nowMs += HOUR_MS;
    send(world, bob, 3);
    const call = { type: "retain", beforeMs: world.nowMs } as const;
    expect(step(world, call)).toBe(true);
    world.crashAll();
    expect(step(world, call)).toBe(false);
    expect(step(world, call)).toBe(false);
    const log = wholeLog(world);
    expect(keptIn(log)).toEqual([301, 302, 303]);
    expect(purgesIn(log)).toEqual([
      { op: "purge", as: "expired", after: 0, upTo: 256 },
      { op: "purge", as: "expired", after: 256, upTo: 300 },
    ]);
    expect(messageIn(log, 300)).toMatchObject({ content: "", gone: { as: "expired" }, amendedBy: 305 });
  });

  it("S181 are a user's messages, and nobody else's", () => {
    const world = new World();
    for (const sender of [alice, bob, alice]) send(world, sender, 1);
    forget(world, alice);
    expect(keptIn(wholeLog(world))).toEqual([2]);
    expect(wholeLog(world).at(-1)).toMatchObject({
      from: alice,
      control: { op: "purge", as: "deleted", after: 0, upTo: 3, sender: alice },
    });
    send(world, alice, 1);
    expect(keptIn(wholeLog(world))).toEqual([2, 5]);
    forget(world, alice);
    expect(keptIn(wholeLog(world))).toEqual([2]);
    forget(world, alice);
    expect(purgesIn(wholeLog(world))).toHaveLength(2);
  });

  it("S181 looks at no more rows than a step may, also where there is nothing", () => {
    const world = new World();
    for (let batch = 0; batch < 10; batch += 1) {
      world.nowMs += 1;
      send(world, bob, 500);
    }
    expect(step(world, { type: "forget", userId: alice })).toBe(true);
    expect(step(world, { type: "forget", userId: alice })).toBe(false);
    expect(history(world).entries.at(-1)?.seqId).toBe(5_000);
  });

  it("S182 leaves nothing of the contents, of what edits made of them, or with who was offline", () => {
    const world = new World();
    append(world, alice, [text("1", "secret one"), text("2", "secret two")]);
    control(world, alice, controlFrame("override", 1, { content: "secret three" }));
    world.drain();
    forget(world, alice);
    world.drain();
    expect(stored(world)).not.toContain("secret");
    expect(JSON.stringify(hotSession(world, bob))).not.toContain("secret");
    expect(hotSession(world, bob)?.last).toMatchObject({ seqId: 2, content: "", gone: { as: "deleted", by: alice } });
    expect(errorOf(tryControl(world, alice, controlFrame("recall", 1)))).toBe("MESSAGE_GONE");
  });

  it("S182 reaches devices that are online as an entry like any other", () => {
    const world = new World();
    send(world, alice, 2);
    world.drain();
    const phone = online(world, bob);
    retain(world, world.nowMs + 1);
    world.drain();
    expect(phone.entries().at(-1)).toMatchObject({ seqId: 3, control: { op: "purge", upTo: 2 } });
  });

  it("S183 counts as it did, and what was gone stays as it went", () => {
    const world = new World();
    send(world, alice, 3);
    control(world, alice, controlFrame("recall", 1));
    world.drain();
    const before = countOf(world, bob, [0, 4]);
    retain(world, world.nowMs + 1);
    world.drain();
    expect([before, countOf(world, bob, [0, 4]), hotSession(world, bob)?.unread]).toEqual([
      { unread: 2, mentions: 0 },
      { unread: 2, mentions: 0 },
      2,
    ]);
    expect(messageIn(wholeLog(world), 1).gone?.as).toBe("recalled");
  });

  it("S183 a retry of what was purged is answered as ever", () => {
    const world = new World();
    append(world, alice, [text("again", "x")]);
    forget(world, alice);
    expect(append(world, alice, [text("again", "x")])).toMatchObject([{ seqId: 1, repeated: true }]);
  });
});

describe("an erased user", () => {
  function groupOf(world: World): SimGroup {
    return SimGroup.create(world, alice, [bob, carol, dave]);
  }
  const eventsOf = (group: SimGroup) =>
    group.log().flatMap((one) => (one.kind === "notice" ? [[one.from, one.notice.event]] : []));

  it("S184 leaves the group after the last step", () => {
    const world = new World();
    const group = groupOf(world);
    append(world, bob, [text("1")], group.room);
    forget(world, bob, group.room);
    forget(world, bob, group.room);
    expect(eventsOf(group).slice(1)).toEqual([[bob, "quit"]]);
    expect(errorOf(tryAppend(world, bob, [text("2")], group.room))).toBe("NOT_IN_GROUP");
  });

  it("S184 leaves what they own to the admin who has been there longest, or else the member", () => {
    const world = new World();
    const group = groupOf(world);
    group.change(alice, group.role("r", carol, "admin"));
    forget(world, alice, group.room);
    expect(unwrap(world.call(group.room, { type: "owner" }))).toEqual({ owner: carol });
    forget(world, carol, group.room);
    expect(unwrap(world.call(group.room, { type: "owner" }))).toEqual({ owner: bob });
    expect(eventsOf(group).slice(2)).toEqual([
      [alice, "transferred"],
      [alice, "quit"],
      [carol, "transferred"],
      [carol, "quit"],
    ]);
  });

  it("S184 ends the group in which nobody else is", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, []);
    forget(world, alice, group.room);
    expect(errorOf(world.call(group.room, { type: "owner" }))).toBe("NO_SUCH_GROUP");
    forget(world, alice, group.room);
  });

  it("S184 is neither asked nor asks to come in any more", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const { groupId } = group;
    const invite: GroupFrame = { type: "group.invite", packId: text("i").packId, groupId, userIds: [carol] };
    group.change(alice, invite);
    world.drain();
    forget(world, carol, group.room);
    world.drain();
    expect(errorOf(group.ask(carol, group.join("j")))).toBe("REFUSED");
    expect(
      world.storage.forRoom(mailboxOf(carol)).prepare("SELECT 1 FROM invitations WHERE invitation IS NOT NULL").all(),
    ).toEqual([]);
  });

  it("S185 loses all of their business notices", () => {
    const world = new World();
    const room = sessionRoom(app, noticeSessionId(app, alice));
    world.call(room, { type: "append", by: "server", sender: bob, items: [text("1", "secret")] });
    forget(world, alice, room);
    expect(stored(world)).not.toContain("secret");
  });
});
