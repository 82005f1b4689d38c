import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { history } from "../../../test/sim/asks.ts";
import { online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chatRoom } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { ask, chunk, close, messageIn, open, recall, refusalOf } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import type { ChunkFrame } from "../../protocol/down.ts";

function chunksAt(connection: SimConnection): z.infer<typeof ChunkFrame>[] {
  return connection.frames.filter((frame) => frame.type === "chunk");
}

describe("a stream", () => {
  it("S55 is a message with its text so far, judged and deduplicated like any", () => {
    const world = new World();
    const asked = { ...open("Hel"), packId: "once" };
    expect(ask(world, alice, asked)).toMatchObject({ seqId: 1 });
    expect(ask(world, alice, asked)).toMatchObject({ seqId: 1, repeated: true });
    expect(refusalOf(world, alice, { ...open("Bye"), packId: "once" })).toBe("PACK_CONFLICT");
    expect(refusalOf(world, carol, open("x"))).toBe("ACCESS_DENIED");
    expect(ask(world, alice, open(""))).toMatchObject({ seqId: 2 });
    expect(messageIn(world, 1)).toMatchObject({ content: "Hel", streaming: true });
  });

  it("S56 grows at its end, durably, by its opener alone", () => {
    const world = new World();
    ask(world, alice, open("Hel"));
    expect(ask(world, alice, chunk(1, 3, "lo"))).toEqual({ length: 5 });
    world.crashAll();
    expect(ask(world, alice, chunk(1, 3, "lo"))).toEqual({ length: 5 });
    expect(refusalOf(world, alice, chunk(1, 6, "!"))).toBe("WRONG_OFFSET");
    expect(refusalOf(world, alice, chunk(1, 4, "o!"))).toBe("WRONG_OFFSET");
    expect(refusalOf(world, bob, chunk(1, 5, "!"))).toBe("ACCESS_DENIED");
    expect(refusalOf(world, alice, chunk(1, 5, "x".repeat(65_536)))).toBe("TOO_LONG");
    expect(refusalOf(world, alice, chunk(2, 0, "x"))).toBe("NO_SUCH_MESSAGE");
    expect(messageIn(world, 1).content).toBe("Hello");
    ask(world, alice, recall(1));
    expect(refusalOf(world, alice, chunk(1, 5, "!"))).toBe("MESSAGE_GONE");
  });

  it("S57 is told to the others as it grows, one call under way per member", () => {
    const world = new World();
    const bobs = online(world, bob);
    ask(world, alice, open(""));
    world.drain();
    for (const [offset, letter] of [..."abcd"].entries()) ask(world, alice, chunk(1, offset, letter));
    expect(world.requestsTo("mailbox/bob").filter(({ type }) => type === "signal")).toHaveLength(1);
    world.drain();
    const told = chunksAt(bobs);
    expect(told.map(({ text }) => text).join("")).toBe("abcd");
    expect(told.length).toBeLessThanOrEqual(2);
    for (const { offset, text } of told) expect("abcd".slice(offset, offset + text.length)).toBe(text);
  });

  it("S58 ends with all of its text, or another, in a control entry", () => {
    const world = new World();
    for (const content of ["one", "two"]) ask(world, alice, open(content));
    expect(refusalOf(world, bob, close(1))).toBe("ACCESS_DENIED");
    expect(ask(world, alice, close(1))).toMatchObject({ seqId: 3 });
    expect(ask(world, alice, close(2, "final"))).toMatchObject({ seqId: 4 });
    expect(ask(world, alice, close(1))).toMatchObject({ seqId: 0 });
    expect(refusalOf(world, alice, close(1, "again"))).toBe("TOO_LATE");
    expect(refusalOf(world, alice, chunk(1, 3, "x"))).toBe("TOO_LATE");
    expect([1, 2].map((seqId) => messageIn(world, seqId))).toMatchObject([{ content: "one" }, { content: "final" }]);
    for (const seqId of [1, 2]) expect(messageIn(world, seqId)).not.toHaveProperty("streaming");
    expect(history(world, { after: 2 }).entries).toMatchObject([
      { control: { op: "finish", target: 1, content: "one" } },
      { control: { op: "finish", target: 2, content: "final" } },
    ]);
  });

  it("S59 is closed when nobody writes on, also after a crash", () => {
    const world = new World();
    ask(world, alice, open("to be"));
    world.drain();
    world.nowMs += 200_000;
    ask(world, alice, chunk(1, 5, " cont"));
    world.crashAll();
    world.nowMs += 250_000;
    world.ringDue();
    expect(messageIn(world, 1).streaming).toBe(true);
    for (let n = 0; n < 20 && messageIn(world, 1).streaming; n += 1) {
      world.nowMs = Math.max(world.nowMs, world.alarms.get(chatRoom) ?? 0);
      world.ringDue();
    }
    expect(messageIn(world, 1)).toMatchObject({ content: "to be cont" });
    expect(messageIn(world, 1)).not.toHaveProperty("streaming");
    expect(history(world).entries.at(-1)).toMatchObject({ from: alice, control: { op: "finish" } });
  });
});
