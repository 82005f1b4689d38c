import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, tryAppend, wholeLog } from "../../../test/sim/asks.ts";
import { copyOf, importAll, rowsOf, said, tryImport } from "../../../test/sim/imports.ts";
import { freshPack } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat, chatRoom, dave, pack } from "../../../test/sim/names.ts";
import { ask, edit, messageIn, open, pin, react, recall } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { Entry } from "../../protocol/entry.ts";
import { AppId, type UserId } from "../../protocol/ids.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import { noticeSessionId } from "../../protocol/session-id.ts";

const HOUR_MS = 3_600_000;

/** What is refused of these entries, in an empty chat. */
function faultOf(entries: readonly unknown[], room = chatRoom): string | undefined {
  const world = new World();
  const outcome = tryImport(world, entries as Entry[], room); // SAFETY: what is wrong with them is the point
  expect(world.faults).toEqual([]);
  return outcome.ok ? undefined : outcome.message;
}

function changed(entries: readonly Entry[], index: number, change: object): unknown[] {
  return entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
}

describe("an import", () => {
  it("S160 takes entries as they are, a part at a time, and what is written then follows them", () => {
    const source = said("1", "2", "3");
    source.nowMs += 1_000;
    append(source, bob, [text("4")]);
    const log = wholeLog(source);
    const world = new World();
    world.nowMs = source.nowMs + 1;
    expect(importAll(world, log.slice(0, 1))).toEqual({ headSeqId: 1, imported: 1, skipped: 0 });
    expect(importAll(world, log.slice(1))).toEqual({ headSeqId: 4, imported: 3, skipped: 0 });
    expect(importAll(world, [])).toEqual({ headSeqId: 4, imported: 0, skipped: 0 });
    expect(JSON.stringify(wholeLog(world))).toBe(JSON.stringify(log));
    world.crash(chatRoom);
    expect(append(world, alice, [text("5")])).toMatchObject([{ seqId: 5, timestamp: world.nowMs }]);
  });

  it("S160 follows the head, in order of time", () => {
    const log = wholeLog(said("1", "2", "3"));
    expect(faultOf(log.slice(1))).toContain("entry 1 is next");
    expect(faultOf(log.toSpliced(1, 1))).toContain("entry 2 is next");
    expect(faultOf(changed(log, 2, { timestamp: 5 }))).toContain("entry 3: timestamp");
  });

  it("S161 skips what is there, and knows it from what is not", () => {
    const log = wholeLog(said("1", "2", "3"));
    const world = new World();
    importAll(world, log.slice(0, 2));
    expect(importAll(world, log)).toEqual({ headSeqId: 3, imported: 1, skipped: 2 });
    append(world, alice, [text("mine")]);
    expect(importAll(world, log)).toEqual({ headSeqId: 4, imported: 0, skipped: 3 });
    for (const other of [{ from: bob }, { packId: pack("other") }])
      expect(errorOf(tryImport(world, changed(log, 0, other) as Entry[]))).toBe("PACK_CONFLICT"); // SAFETY: an entry with another sender or packId
    expect(wholeLog(world)).toHaveLength(4);
  });

  it("S162 takes nothing more once the session has gone on by itself", () => {
    const log = wholeLog(said("1", "2", "3"));
    const world = new World();
    importAll(world, log.slice(0, 2));
    append(world, alice, [text("mine")]);
    const later = { ...(log[2] as Entry), seqId: 4 }; // SAFETY: there are three
    expect(errorOf(tryImport(world, [later]))).toBe("TOO_LATE");
    world.crash(chatRoom);
    expect(errorOf(tryImport(world, [later]))).toBe("TOO_LATE");
    expect(errorOf(tryImport(said("own"), [{ ...later, seqId: 2 }]))).toBe("TOO_LATE");
  });

  it("S163 makes every row of a chat as if it had been written here", () => {
    const source = said("1", "2", "3", "4", "5");
    append(source, alice, [
      { ...text("6"), mentions: { users: [bob] } },
      { ...text("7"), uncounted: true },
    ]);
    append(source, bob, [{ ...text("8"), ttlMs: 60_000 }]);
    for (const [by, reaction] of [
      [alice, "+"],
      [bob, "+"],
      [bob, "-"],
    ] as const)
      ask(source, by, react(1, reaction));
    ask(source, bob, react(1, "-", true));
    for (const content of ["2b", "2c"]) ask(source, bob, edit(2, content));
    ask(source, alice, edit(3, "3b"));
    for (const seqId of [3, 6]) ask(source, alice, recall(seqId));
    for (const seqId of [1, 2, 4]) ask(source, bob, pin(seqId));
    ask(source, alice, pin(4, true));
    ask(source, alice, react(4, "+"));
    const world = copyOf(source, chat);
    expect(rowsOf(world, chat)).toEqual(rowsOf(source, chat));
    for (const one of [source, world]) one.quiesce(2 * HOUR_MS);
    expect(rowsOf(world, chat).expiring).toEqual([]);
    expect(wholeLog(world).map(({ kind, seqId }) => [kind, seqId])).toEqual(
      wholeLog(source).map(({ kind, seqId }) => [kind, seqId]),
    );
  });

  it("S163 makes every row of a group, and who may what", () => {
    const source = new World();
    const group = SimGroup.create(source, alice, [bob, carol], { joinPolicy: "open" });
    const { groupId, sessionId } = group;
    const until = source.nowMs + HOUR_MS;
    group.change(alice, group.role("role", bob, "admin"));
    group.change(bob, group.update("update", { name: "new" }));
    group.change(alice, { type: "group.nickname", packId: pack("nick"), groupId, userId: carol, nickname: "Caro" });
    group.change(alice, { type: "group.mute", packId: pack("mute"), groupId, userIds: [carol], untilMs: until });
    group.change(alice, { type: "group.mute", packId: pack("all"), groupId, untilMs: until });
    group.change(dave, group.join("join"));
    group.change(alice, { type: "group.ban", packId: pack("ban"), groupId, userIds: [dave] });
    group.change(alice, group.transfer("transfer", bob));
    append(source, bob, [text("hello")], group.room);
    const world = copyOf(source, sessionId);
    expect(rowsOf(world, sessionId)).toEqual(rowsOf(source, sessionId));
    const ofBoth = [source, world].map((one) => {
      const request = (by: UserId, frame: SessionFrame) => one.call(group.room, { type: "request", by, frame });
      const asked = [group.get(), group.members()].map((frame) => request(bob, frame));
      const refused = [
        request(carol, { ...react(99, "+"), packId: freshPack(), sessionId }),
        request(dave, group.join("again")),
      ];
      return [...asked, ...refused, errorOf(tryAppend(one, carol, [text("muted")], group.room))];
    });
    expect(ofBoth[1]).toEqual(ofBoth[0]);
  });

  it("S163 closes streams that nobody goes on with, and lets their writer go on", () => {
    const source = said("1");
    ask(source, alice, open("so"));
    ask(source, alice, open("gone"));
    ask(source, alice, recall(3));
    const world = copyOf(source, chat);
    expect(ask(world, alice, { type: "stream.chunk", seqId: 2, offset: 2, text: " far" })).toEqual({ length: 6 });
    world.quiesce(2 * HOUR_MS);
    expect(wholeLog(world).slice(4)).toMatchObject([{ control: { op: "finish", target: 2, content: "so far" } }]);
  });

  it("S164 answers whoever repeats a packId with its entry, whatever became of that", () => {
    const source = said("1", "2");
    ask(source, alice, { ...edit(1, "edited"), packId: "e" });
    append(source, bob, [{ ...text("3"), ttlMs: 1_000 }]);
    source.quiesce();
    const world = copyOf(source, chat);
    expect(append(world, alice, [text("1")])).toMatchObject([{ seqId: 1, repeated: true }]);
    expect(ask(world, alice, { ...edit(1, "edited"), packId: "e" })).toMatchObject({ seqId: 3, repeated: true });
    // What the room did by itself is nobody's request.
    expect(append(world, bob, [text("expire-4")])).toMatchObject([{ seqId: 6 }]);
  });

  it("S164 knows a packId that was used again by its newest entry", () => {
    const log = wholeLog(said("1", "2", "3"));
    const world = new World();
    importAll(world, changed(log, 2, { packId: log[0]?.packId }) as Entry[]); // SAFETY: an entry with another packId
    expect(append(world, alice, [text("1")])).toMatchObject([{ seqId: 3, repeated: true }]);
  });

  it("S165 goes on with a later export: what was done since is done here, and once", () => {
    const source = said("1", "2", "3");
    for (const reaction of ["+", "-"]) ask(source, bob, react(1, reaction));
    ask(source, bob, edit(2, "2b"));
    const early = wholeLog(source);
    ask(source, alice, react(1, "+"));
    ask(source, bob, recall(2));
    append(source, alice, [text("4")]);
    append(source, bob, [text("5")]);
    source.call(chatRoom, { type: "retain", beforeMs: source.nowMs });
    source.call(chatRoom, { type: "forget", userId: bob });
    const world = new World();
    for (const log of [early, wholeLog(source)]) importAll(world, log);
    expect(rowsOf(world, chat)).toEqual(rowsOf(source, chat));
    expect(messageIn(world, 1)).toMatchObject({ reactions: { "+": 2, "-": 1 } });
    const purges = wholeLog(world).filter((entry) => entry.kind === "control" && entry.control.op === "purge");
    expect(purges).toHaveLength(1);
  });

  it("S166 refuses what no log of this session could have, and stores none of it", () => {
    const source = said("1", "2");
    ask(source, alice, recall(1));
    const log = wholeLog(source);
    const notice = { kind: "notice", notice: { event: "dismissed" } };
    const wrong = (index: number, change: object) => faultOf(changed(log, index, change));
    expect(wrong(1, { cut: true })).toContain("entry 2: cut");
    expect(wrong(1, { content: "x".repeat(65_537) })).toContain("entry 2: content");
    expect(wrong(1, { timestamp: source.nowMs + 300_001 })).toContain("entry 2: timestamp");
    expect(wrong(1, { gone: { as: "hidden", by: alice, at: 1 } })).toContain("entry 2: gone");
    expect(wrong(2, { control: { op: "recall", target: 3, targetFrom: alice } })).toContain("entry 3: control.target");
    const purge = (span: object) => wrong(2, { control: { op: "purge", as: "expired", ...span } });
    expect(purge({ after: 0, upTo: 3 })).toContain("entry 3: control.upTo");
    expect(purge({ after: -9_000, upTo: 2 })).toContain("entry 3: control.upTo");
    expect(wrong(1, notice)).toContain("entry 2: notice");
    expect(wrong(0, { kind: "notice", notice: { event: "created", users: [alice], info: {} } })).toContain("entry 1:");
    expect(faultOf(log, sessionRoom(app, noticeSessionId(AppId.parse("other"), bob)))).toBe("access denied");
  });

  it("S166 refuses what no group could have", () => {
    const source = new World();
    const group = SimGroup.create(source, alice, [bob]);
    append(source, alice, [text("1")], group.room);
    const log = wholeLog(source, group.room);
    const [created, first] = log;
    const many = [...Array(501).keys()].map((n) => `u${n}`);
    const as = (notice: object) => faultOf([created, { ...first, kind: "notice", notice }], group.room);
    expect(
      faultOf(
        log.slice(1).map((entry) => ({ ...entry, seqId: 1 })),
        group.room,
      ),
    ).toContain("entry 1:");
    expect(as({ event: "created", users: [bob], info: {} })).toContain("entry 2: notice");
    expect(as({ event: "joined", users: many })).toContain("500");
    for (const event of ["role", "nickname", "transferred"])
      expect(as({ event, users: [carol], role: "admin", nickname: "x" })).toContain("entry 2: notice.users");
    const dismissed = { ...first, kind: "notice", notice: { event: "dismissed" } };
    expect(faultOf([created, dismissed, { ...dismissed, seqId: 3 }], group.room)).toContain("entry 3: notice");
    expect(faultOf(changed(log, 0, { notice: { event: "created", users: [], info: {} } }), group.room)).toContain(
      "entry 1: notice",
    );
  });

  it("S166 keeps no content of what is gone, whatever the export still had", () => {
    const source = said("1", "2");
    ask(source, alice, edit(1, "secret"));
    const log = changed(wholeLog(source), 0, { content: "", gone: { as: "expired", by: alice, at: 1 } });
    const world = new World();
    importAll(world, log as Entry[]); // SAFETY: as an export has it while the control entry is late
    expect(JSON.stringify(rowsOf(world, chat))).not.toContain("secret");
  });
});
