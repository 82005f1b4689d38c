import { describe, expect, it } from "vitest";
import { append, errorOf, history, text, tryAppend } from "../../../test/sim/asks.ts";
import { alice, app, bob, carol, chat, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import { end, NO_STANCE, type Stance, wish } from "../../protocol/rpc/stance.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

const relate = (world: World, by: UserId, stance: Stance, blocked = false) =>
  world.call(chatRoom, { type: "relation", by, stance, blocked });
const block = (world: World, by: UserId, version: number, blocked = true) =>
  unwrap(relate(world, by, { ...NO_STANCE, version }, blocked));
const attempt = (world: World, from: UserId, packId: string) => errorOf(tryAppend(world, from, [text(packId)]));

describe("who may write in a single chat", () => {
  it("S100 ignores what is not newer than what is known", () => {
    const world = new World();
    block(world, bob, 5);
    block(world, bob, 4, false);
    block(world, bob, 5, false);
    expect(attempt(world, alice, "a")).toBe("BLOCKED");
    block(world, bob, 6, false);
    expect(attempt(world, alice, "a")).toBeUndefined();
  });

  it("S100 is told by its two users only", () => {
    const world = new World();
    expect(errorOf(relate(world, carol, wish(NO_STANCE, 1, true)))).toBe("ACCESS_DENIED");
  });

  it("S101 refuses who is blocked, and not who blocks", () => {
    const world = new World();
    block(world, bob, 1);
    expect(attempt(world, alice, "a")).toBe("BLOCKED");
    expect(history(world).entries).toEqual([]);
    expect(attempt(world, bob, "b")).toBeUndefined();
  });

  it("S102 wants friends where the policy does, and nothing where it does not", () => {
    const [strict, open] = [new World({ policy: { messages: "friends" } }), new World()];
    expect([attempt(strict, alice, "a"), attempt(open, alice, "a")]).toEqual(["NOT_FRIENDS", undefined]);
    const bobs = wish(NO_STANCE, 7, false);
    unwrap(relate(strict, alice, wish(NO_STANCE, 3, false)));
    expect([attempt(strict, alice, "a"), attempt(strict, bob, "b")]).toEqual(["NOT_FRIENDS", "NOT_FRIENDS"]);
    unwrap(relate(strict, bob, bobs));
    expect([attempt(strict, alice, "a"), attempt(strict, bob, "b")]).toEqual([undefined, undefined]);
    unwrap(relate(strict, alice, end(wish(NO_STANCE, 3, false), bobs, 8)));
    expect([attempt(strict, alice, "c"), attempt(strict, bob, "d")]).toEqual(["NOT_FRIENDS", "NOT_FRIENDS"]);
    unwrap(relate(strict, bob, wish(bobs, 9, true)));
    expect([attempt(strict, alice, "c"), attempt(strict, bob, "d")]).toEqual([undefined, undefined]);
  });

  it("S103 leaves notes to self and server keys free", () => {
    const world = new World({ policy: { messages: "friends" } });
    block(world, bob, 1);
    const notes = sessionRoom(app, singleSessionId(alice, alice));
    expect(errorOf(tryAppend(world, alice, [text("a")], notes))).toBeUndefined();
    const byServer = { type: "append", sender: alice, items: [text("b")], by: "server" } as const;
    expect(world.call(chatRoom, byServer)).toMatchObject({ ok: true, value: [{ ok: true, value: { seqId: 1 } }] });
    expect(errorOf(world.call(chatRoom, { ...byServer, sender: carol }))).toBe("ACCESS_DENIED");
  });

  it("S104 holds after a restart", () => {
    const world = new World();
    block(world, bob, 1);
    world.crash(chatRoom);
    expect(attempt(world, alice, "a")).toBe("BLOCKED");
    block(world, bob, 1, false);
    expect(attempt(world, alice, "a")).toBe("BLOCKED");
  });

  it("S104 answers the retry of a stored message with its seqId", () => {
    const world = new World();
    append(world, alice, [text("a")]);
    block(world, bob, 1);
    expect(tryAppend(world, alice, [text("a"), text("b")])).toMatchObject({
      value: [
        { ok: true, value: { sessionId: chat, seqId: 1, repeated: true } },
        { ok: false, error: "BLOCKED" },
      ],
    });
    expect(attempt(world, alice, "b")).toBe("BLOCKED");
    expect(history(world).entries).toHaveLength(1);
  });

  it("S105 costs a message no row", () => {
    const written = (policy: "everyone" | "friends") => {
      const world = new World({ policy: { messages: policy } });
      unwrap(relate(world, alice, wish(NO_STANCE, 1, true)));
      append(world, alice, [text("a")]);
      const before = world.storage.rowsWritten;
      append(world, alice, [text("b")]);
      return world.storage.rowsWritten - before;
    };
    expect([written("everyone"), written("friends")]).toEqual([2, 2]);
  });
});
