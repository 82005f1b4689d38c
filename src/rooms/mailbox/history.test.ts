import { describe, expect, it } from "vitest";
import { SimArchive } from "../../../test/sim/archive.ts";
import { append, text } from "../../../test/sim/asks.ts";
import { freshPack, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";

function archived(): { world: World; archive: SimArchive } {
  const world = new World({ policy: { archive: { hotEntries: 4, hotMs: 0 } } });
  const archive = new SimArchive(world);
  append(
    world,
    alice,
    [...Array(12).keys()].map((n) => text(`m${n}`)),
  );
  world.quiesce(60_000);
  archive.work();
  return { world, archive };
}

function pull(world: World, range: { before?: number; after?: number; limit?: number }) {
  const connection = online(world, bob);
  const packId = freshPack();
  world.send(connection, { type: "history.pull", packId, sessionId: chat, ...range });
  world.drain();
  const [ack] = connection.acks(packId);
  return ack;
}

describe("history.pull", () => {
  it("M150 fills in what the session's room has let go of", () => {
    const { world } = archived();
    for (const range of [{ after: 0 }, { before: 13 }, {}]) {
      const ack = pull(world, range);
      expect(ack?.data).toMatchObject({
        entries: [...Array(12).keys()].map((n) => ({ content: `m${n}` })),
        more: false,
      });
      expect(JSON.stringify(ack)).not.toContain('"cut"');
    }
  });

  it("M151 reads what is hot without the archive, and refuses the rest for now", () => {
    const { world, archive } = archived();
    archive.isDown = true;
    expect(pull(world, {})?.data).toMatchObject({ entries: [9, 10, 11, 12].map((seqId) => ({ seqId })), more: true });
    expect(pull(world, { before: 9 })).toMatchObject({ code: ERRORS.UNAVAILABLE.code });
    expect(pull(world, { after: 0 })).toMatchObject({ code: ERRORS.UNAVAILABLE.code });
    expect(pull(world, { after: 8 })?.data).toMatchObject({ entries: { length: 4 }, more: false });
    archive.isDown = false;
    expect(pull(world, { before: 9 })?.data).toMatchObject({ entries: { length: 8 }, more: false });
  });

  it("M151 ends a page where the archive's answer ends", () => {
    const { world } = archived();
    const whole = world.archive;
    world.archive = (call) => {
      const outcome = whole(call);
      const entries = outcome.ok ? (outcome.value as unknown[]) : []; // SAFETY: what the archive answers with
      return { ok: true, value: entries.slice(0, 3) };
    };
    expect(pull(world, { after: 0 })?.data).toMatchObject({
      entries: [1, 2, 3].map((seqId) => ({ seqId })),
      more: true,
    });
    expect(pull(world, { before: 9 })?.data).toMatchObject({
      entries: [6, 7, 8].map((seqId) => ({ seqId })),
      more: true,
    });
  });
});
