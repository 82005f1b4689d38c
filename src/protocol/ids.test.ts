import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alice, app, bob, pack, user } from "../../test/sim/names.ts";
import { groupIdOf } from "./group-id.ts";
import { AppId, DeviceId, GroupId, PackId, SessionId, UserId } from "./ids.ts";
import { isGroup, singleSessionId, usersOfSingle } from "./session-id.ts";

const userId = fc
  .stringMatching(/^[A-Za-z0-9._@:+-]{1,64}$/)
  .filter((id) => UserId.safeParse(id).success)
  .map(user);
/** Ids that are easily confused: short, with many of the character that is escaped. */
const confusable = fc.stringMatching(/^[a_-]{1,4}$/).map(user);
const anyUser = fc.oneof(userId, confusable);
const sorted = (a: string, b: string) => (a < b ? [a, b] : [b, a]);

describe("ids", () => {
  it.each([
    [
      UserId,
      ["a", "A.b_c@d:e+f-g", "...", "x".repeat(64)],
      ["", "a b", "a/b", "a~b", "ä", "x".repeat(65), "a\n", ".", ".."],
    ],
    [AppId, ["main", "a-1"], ["", "-a", "A", "a_b", "a/b", "x".repeat(33)]],
    [PackId, ["!", "~", "x".repeat(64)], ["", "a b", "ä", "a\n", "x".repeat(65)]],
    [DeviceId, ["d-1", "x".repeat(64)], ["", "a b", "a/b", "x".repeat(65), ".", ".."]],
    [GroupId, [`GC_${"0".repeat(26)}`], ["GC_", `GC_${"I".repeat(26)}`, `GC_${"0".repeat(27)}`, "SC_a_b"]],
    [SessionId, ["SC_a_b", `GC_${"Z".repeat(26)}`], ["SC_a", "SC_a_b_c", "SC__b", "BM_A_b", "SC_a/_b", "SC_a_b\n"]],
  ])("%# take what is right and nothing else", (schema, right, wrong) => {
    for (const text of right) expect(schema.safeParse(text).success, text).toBe(true);
    for (const text of wrong) expect(schema.safeParse(text).success, text).toBe(false);
  });

  it("of a single session are valid, the same for both users, and tell who they are", () => {
    fc.assert(
      fc.property(anyUser, anyUser, (a, b) => {
        const id = singleSessionId(a, b);
        expect(SessionId.parse(id)).toBe(id);
        expect(singleSessionId(b, a)).toBe(id);
        expect(usersOfSingle(id)).toEqual(sorted(a, b));
        expect(isGroup(id)).toBe(false);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("of two different pairs are never the same", () => {
    fc.assert(
      fc.property(confusable, confusable, confusable, confusable, (a, b, c, d) => {
        fc.pre(sorted(a, b).join(" ") !== sorted(c, d).join(" "));
        expect(singleSessionId(a, b)).not.toBe(singleSessionId(c, d));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it("that are not in canonical order name no single session", () => {
    fc.assert(
      fc.property(anyUser, anyUser, (a, b) => {
        fc.pre(a !== b);
        const [low, high] = sorted(a, b).map((one) => one.replaceAll("_", "~"));
        expect(usersOfSingle(SessionId.parse(`SC_${high}_${low}`))).toBeUndefined();
      }),
      { seed: 1 },
    );
  });

  it("of a group are valid, and follow from app, creator and packId alone", () => {
    const id = groupIdOf(app, alice, pack("p"));
    expect(GroupId.parse(id)).toBe(id);
    expect(groupIdOf(app, alice, pack("p"))).toBe(id);
    const others = [
      groupIdOf(AppId.parse("other"), alice, pack("p")),
      groupIdOf(app, bob, pack("p")),
      groupIdOf(app, alice, pack("q")),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
    expect(isGroup(SessionId.parse(id))).toBe(true);
    expect(usersOfSingle(SessionId.parse(id))).toBeUndefined();
  });

  it("of groups never change, or a create that is retried across a deploy makes a second group", () => {
    expect(groupIdOf(app, alice, pack("p"))).toMatchInlineSnapshot(`"GC_BADD2FVQ5AH273ZPWY4NM96PTK"`);
  });
});
