import { beforeEach, describe, expect, it } from "vitest";
import { dataOf, freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, user } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { UpFrame } from "../../protocol/up.ts";

type Without<T> = T extends unknown ? Omit<T, "packId"> : never;

let world: World;
let alices: SimConnection;
let bobs: SimConnection;
beforeEach(() => {
  world = new World();
  alices = online(world, alice);
  bobs = online(world, bob);
});

function begin(connection: SimConnection, asking: Without<UpFrame>): string {
  const packId = freshPack();
  world.send(connection, { ...asking, packId } as UpFrame); // SAFETY: a frame without its packId, and that
  return packId;
}

function ask(connection: SimConnection, asking: Without<UpFrame>): unknown {
  const packId = begin(connection, asking);
  world.drain();
  return dataOf(connection, packId);
}

const codeOf = (connection: SimConnection, packId: string) => connection.acks(packId)[0]?.code;

describe("a profile", () => {
  it("M100 is changed field by field, kept, and told to the user's other devices", () => {
    const phone = online(world, alice, { deviceType: "ios" });
    ask(alices, { type: "user.update", profile: { name: "Alice", mobile: "1", custom: "{}" } });
    world.nowMs += 5;
    const updatedAt = world.nowMs;
    const changed = ask(alices, { type: "user.update", profile: { name: "Al", custom: null } });
    expect(changed).toEqual({ userId: alice, name: "Al", mobile: "1", updatedAt });
    world.evict(mailboxOf(alice));
    expect(ask(alices, { type: "user.get", userIds: [alice] })).toEqual({ users: [changed] });
    expect(phone.frames.filter(({ type }) => type === "sync.command")).toHaveLength(2);
    expect(codeOf(alices, begin(alices, { type: "user.update", profile: { name: "x".repeat(129) } }))).toBe(
      ERRORS.BAD_PARAMETER.code,
    );
  });

  it("M101 of others comes in the order asked for, without mobile and birthday", () => {
    ask(bobs, { type: "user.update", profile: { name: "Bob", mobile: "2", birthday: 1 } });
    const nobody = user("nobody");
    expect(ask(alices, { type: "user.get", userIds: [nobody, bob, alice, bob] })).toMatchObject({
      users: [{ userId: nobody }, { userId: bob, name: "Bob" }, { userId: alice }, { userId: bob }],
    });
    const { users } = ask(alices, { type: "user.get", userIds: [bob] }) as { users: object[] }; // SAFETY: its result
    expect(Object.keys(users[0] ?? {}).sort()).toEqual(["name", "updatedAt", "userId"]);
    const server = world.call(mailboxOf(bob), { type: "profile", by: { kind: "server" } });
    expect(server).toMatchObject({ value: { mobile: "2", birthday: 1 } });
  });

  it("M102 that cannot be had makes the request fail as a whole, once", () => {
    const lost = begin(alices, { type: "user.get", userIds: [bob, user("carol")] });
    world.land(0, "lost");
    world.drain();
    expect(alices.acks(lost).map(({ code }) => code)).toEqual([ERRORS.UNAVAILABLE.code]);
    const dropped = begin(alices, { type: "user.get", userIds: [bob] });
    world.evict(mailboxOf(alice));
    world.drain();
    expect(alices.acks(dropped).map(({ code }) => code)).toEqual([ERRORS.UNAVAILABLE.code]);
  });
});

describe("notes about another user", () => {
  it("M103 are the user's own, at most 32 of each other user", () => {
    const set = (name: string, value: string | null) => ({ type: "attr.set", userId: bob, name, value }) as const;
    for (let n = 0; n < 32; n += 1) ask(alices, set(`n${n}`, `v${n}`));
    expect(codeOf(alices, begin(alices, set("one-more", "x")))).toBe(ERRORS.LIMIT_REACHED.code);
    ask(alices, set("n0", "changed"));
    for (let n = 1; n < 32; n += 1) ask(alices, set(`n${n}`, null));
    world.evict(mailboxOf(alice));
    expect(ask(alices, { type: "attr.get", userId: bob })).toEqual({ attributes: { n0: "changed" } });
    expect(ask(bobs, { type: "attr.get", userId: bob })).toEqual({ attributes: {} });
  });
});
