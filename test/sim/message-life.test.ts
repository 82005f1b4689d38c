import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanOf } from "../../src/protocol/amend.ts";
import type { Entry, HotSession } from "../../src/protocol/entry.ts";
import type { SyncPriorityResult } from "../../src/protocol/frames/sync.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { isMentioned } from "../../src/protocol/unread.ts";
import { assertAlways } from "./always.ts";
import { priorityPage } from "./controls.ts";
import { hotSession, online } from "./mailboxes.ts";
import { MessageLife, marked, PEOPLE, steps } from "./message-life.ts";
import { alice, bob } from "./names.ts";

const RUNS = 60;
const NEW_SEED = Date.now() % 2 ** 31;
const ENDS = ["recall", "delete", "expire"];
const KEPT = [...ENDS, "override", "purge"];

const controlsIn = (log: readonly Entry[], ops: readonly string[]) =>
  log.filter((entry) => entry.kind === "control").filter(({ control }) => ops.includes(control.op));

/** What should be counted, from the log alone: without the marks that control entries carry for counting. */
function counted(log: readonly Entry[], { readSeqId, lastSeqId }: HotSession, me: UserId) {
  const known = log.slice(0, lastSeqId);
  const ended = new Set(controlsIn(known, ENDS).map(({ control }) => spanOf(control).upTo));
  const unread = known
    .filter((entry) => entry.kind === "message")
    .filter((one) => one.seqId > readSeqId && one.from !== me && one.uncounted !== true && !ended.has(one.seqId));
  return { unread: unread.length, mentions: unread.filter(({ mentions }) => isMentioned(mentions, me)).length };
}

function checkCounts({ world, group }: MessageLife): void {
  const log = group.log();
  for (const userId of PEOPLE) {
    const hot = hotSession(world, userId, group.sessionId);
    if (hot === undefined) continue;
    const expected = counted(log, hot, userId);
    expect({ unread: hot.unread, mentions: hot.mentions }).toEqual(expected);
    const { readSeqId: after, lastSeqId: upTo } = hot;
    const inRoom = world.call(group.room, { type: "unread", userId, after, upTo });
    if (inRoom.ok) expect(inRoom.value).toEqual(expected);
  }
}

/** Nothing that is gone is read anywhere: in the log, in lists, among the priority entries of those who heard of it. */
function checkGone({ world, group }: MessageLife): void {
  const log = group.log();
  const gone = log.filter((entry) => entry.kind === "message").filter((message) => message.gone !== undefined);
  const lists = [alice, bob].map((userId) => [hotSession(world, userId, group.sessionId), keptBy(world, userId)]);
  const texts = JSON.stringify([log, lists]);
  for (const { packId } of gone) expect(texts).not.toContain(marked(packId));
}

function keptBy(world: MessageLife["world"], userId: UserId): SyncPriorityResult["items"] {
  const connection = online(world, userId, { deviceType: "windows" });
  const { items } = priorityPage(world, connection, 0, 200);
  world.disconnect(connection);
  return items;
}

/** Bob, who never leaves, has all that was done to messages. */
function checkPriority({ world, group }: MessageLife): void {
  const kept = keptBy(world, bob).map(({ entry }) => entry);
  const named = (log: readonly Entry[]) =>
    controlsIn(log, KEPT).map(({ seqId, control }) => [seqId, control.op, spanOf(control)]);
  expect(named(kept)).toEqual(named(group.log()));
  for (const [index, { id }] of keptBy(world, bob).entries()) expect(id).toBe(index + 1);
}

function live(seed: number): void {
  const property = fc.property(fc.nat(), steps, (worldSeed, given) => {
    const life = new MessageLife(worldSeed);
    for (const one of given) {
      life.step(one);
      checkCounts(life);
    }
    life.world.quiesce();
    expect(life.world.faults).toEqual([]);
    expect(hotSession(life.world, bob, life.group.sessionId)?.lastSeqId).toBe(life.group.log().length);
    for (const check of [checkCounts, checkGone, checkPriority]) check(life);
  });
  assertAlways(property, { seed, numRuns: RUNS });
}

describe("whatever becomes of messages, late and lost deliveries included", () => {
  it("S39 the counts of mailboxes and of the session room are those of the log", () => live(1), 60_000);

  it(`M40 and M41 hold, for the new programs of seed ${NEW_SEED}`, () => live(NEW_SEED), 60_000);

  it("reaches what it is meant to test", () => {
    const seen = { recall: 0, delete: 0, expire: 0, purge: 0, override: 0, unread: 0, mentions: 0, kept: 0 };
    for (const [worldSeed, given] of fc.sample(fc.tuple(fc.nat(), steps), { seed: 1, numRuns: 60 })) {
      const life = new MessageLife(worldSeed);
      for (const one of given) life.step(one);
      for (const op of ["recall", "delete", "expire", "purge", "override"] as const)
        seen[op] += controlsIn(life.group.log(), [op]).length;
      const hot = hotSession(life.world, bob, life.group.sessionId);
      seen.unread += hot?.unread ?? 0;
      seen.mentions += hot?.mentions ?? 0;
      seen.kept += keptBy(life.world, bob).length;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  });
});
