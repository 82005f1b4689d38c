import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { controlFrame, messageIn } from "../../../test/sim/controls.ts";
import { alice, bob, chat, chatRoom, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { etagOf } from "../../kernel/etag.ts";
import type { GroupGetResult } from "../../protocol/frames/group.ts";
import type { UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const DAY_MS = 86_400_000;

describe("a server key", () => {
  it("S150 learns who owns a group", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(world.call(group.room, { type: "owner" })).toEqual({ ok: true, value: { owner: alice } });
    expect(errorOf(world.call(new SimGroup(world, alice, "none").room, { type: "owner" }))).toBe("NO_SUCH_GROUP");
  });

  it("S151 moderates in the name of the sender, or in another", () => {
    const world = new World();
    append(world, alice, [text("1"), text("2")]);
    world.nowMs += DAY_MS;
    const moderate = (frame: ReturnType<typeof controlFrame>, by?: UserId) =>
      world.call(chatRoom, { type: "control", by, frame });
    const recall = controlFrame("recall", 1, { packId: "m-1" });
    expect(moderate(recall)).toMatchObject({ ok: true, value: { sessionId: chat, seqId: 3 } });
    expect(moderate(recall)).toMatchObject({ ok: true, value: { seqId: 3, repeated: true } });
    expect(moderate(controlFrame("delete", 2, { packId: "m-2" }), bob)).toMatchObject({ ok: true });
    expect(messageIn(wholeLog(world), 1).gone).toMatchObject({ as: "recalled", by: alice });
    expect(messageIn(wholeLog(world), 2).gone).toMatchObject({ as: "deleted", by: bob });
    expect(errorOf(moderate(controlFrame("delete", 2, { packId: "m-3" })))).toBe("MESSAGE_GONE");
    expect(errorOf(moderate(controlFrame("delete", 9)))).toBe("NO_SUCH_MESSAGE");
  });

  it("S151 finds no group where there is none", () => {
    const world = new World();
    const group = new SimGroup(world, alice, "none");
    const call = { type: "control", by: undefined, frame: controlFrame("delete", 1) } as const;
    expect(errorOf(world.call(group.room, call))).toBe("NO_SUCH_GROUP");
  });
});

describe("a condition", () => {
  it("S152 lets a change pass only while the group is as it was seen", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const seen = unwrap(group.ask(alice, group.get())) as GroupGetResult; // SAFETY: what group.get answers with
    const { groupId } = group;
    const update = (name: string, ifMatch: string, packId = name) =>
      group.ask(alice, { type: "group.update", packId: pack(packId), groupId, info: { name }, ifMatch });
    expect(errorOf(update("a", '"other"'))).toBe("PRECONDITION_FAILED");
    expect(update("b", `"other", ${etagOf(seen)}`)).toMatchObject({ ok: true });
    expect(errorOf(update("c", etagOf(seen)))).toBe("PRECONDITION_FAILED");
    expect(update("b", `"other", ${etagOf(seen)}`)).toMatchObject({ ok: true, value: { repeated: true } });
    expect(update("d", "*")).toMatchObject({ ok: true });
  });
});
