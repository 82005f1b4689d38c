import { beforeEach, describe, expect, it } from "vitest";
import { listed } from "../../../test/sim/directory.ts";
import { mailboxOf, online, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chatRoom, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { VisitorState } from "../../kernel/visit.ts";
import { DeviceId } from "../../protocol/ids.ts";
import type { MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { UpFrame } from "../../protocol/up.ts";

let world: World;
beforeEach(() => {
  world = new World({ newUsers: true });
});

const visitor = { phase: "visiting", userId: alice, deviceId: "", deviceType: "web" } as const;
const rename: UpFrame = { type: "user.update", packId: pack("r"), profile: { name: "Alice" } };
const look: UpFrame = { type: "session.list", packId: pack("l") };
const call = (known: MailboxCall) => unwrap(world.call(mailboxOf(alice), known));

function visit(frame: UpFrame, { tokenId }: Pick<VisitorState, "tokenId"> = { tokenId: "" }) {
  const answer = world.ask(
    mailboxOf(alice),
    { ...visitor, tokenId, issuedAtMs: world.nowMs, expiresAtMs: Number.MAX_SAFE_INTEGER },
    frame,
  );
  world.drain();
  return answer;
}

/** Bob, whom the directory knows, writes to Alice. */
function written() {
  const items = [{ packId: pack("m"), contentType: 1, content: "hello" }];
  unwrap(world.call(chatRoom, { type: "append", sender: bob, by: "server", items }));
  world.drain();
}

describe("the app's directory", () => {
  it("M225 has whoever connects", () => {
    world.connect(alice);
    world.drain();
    expect(listed(world)).toEqual([alice]);
  });

  it("M225 has whoever asks with a token", async () => {
    expect(await visit(look, { tokenId: "token" })).toMatchObject({ ok: true });
    expect(listed(world)).toEqual([alice]);
  });

  it("M225 has whoever gets an entry, and whoever sent it", () => {
    written();
    expect(listed(world).sort()).toEqual([alice, bob]);
  });

  const registration = { provider: "fcm", token: "t", packageName: "org.example" } as const;
  it.each<UpFrame>([
    rename,
    { type: "attr.set", packId: pack("a"), userId: bob, name: "colour", value: "green" },
    { type: "block.add", packId: pack("b"), userId: bob },
    { type: "device.push", packId: pack("d"), deviceId: DeviceId.parse("phone"), registration },
  ])("M225 has whoever a server key puts something down for: $type", async (frame) => {
    expect(await visit(frame)).toMatchObject({ ok: true });
    expect(listed(world)).toEqual([alice]);
  });

  it("M225 has whoever a server key makes a friend, and not the other", () => {
    call({ type: "relate", op: "add", userId: bob });
    world.drain();
    expect(listed(world)).toEqual([alice]);
  });

  it("M225 has nobody who was only looked at, wished for or refused", async () => {
    await visit(look);
    await visit({ type: "user.update", packId: pack("x"), profile: { name: "no" }, ifMatch: '"another"' });
    call({ type: "lookPresence" });
    call({ type: "profile", by: { kind: "server" } });
    call({ type: "standing" });
    call({ type: "follow", by: bob, once: true });
    const withBob = world.connect(bob);
    world.send(withBob, { type: "friend.add", packId: pack("f"), userId: alice });
    world.drain();
    expect(listed(world)).toEqual([bob]);
  });

  it("M226 costs a row and a call once, and then nothing", () => {
    const phone = online(world, alice);
    world.drain();
    const puts = world.storage.statementsOn("INSERT INTO listings");
    const looks = world.storage.statementsOn("FROM listings");
    for (const text of ["a", "b", "c"]) say(world, phone, text);
    expect(world.requestsTo("directory")).toEqual([]);
    world.drain();
    online(world, alice, { deviceType: "ios" });
    // Bob's are the only others.
    expect(world.storage.statementsOn("INSERT INTO listings") - puts).toBe(1);
    expect(world.storage.statementsOn("FROM listings") - looks).toBe(1);
    world.evict(mailboxOf(alice));
    say(world, phone, "d");
    world.drain();
    expect(world.storage.statementsOn("INSERT INTO listings") - puts).toBe(1);
    expect(world.storage.statementsOn("FROM listings") - looks).toBe(2);
  });

  it("M227 learns of the user through a crash, and through calls that are lost", () => {
    world.connect(alice);
    world.crashAll();
    expect(listed(world)).toEqual([]);
    for (const fate of ["lost", "lost", "arrives"] as const) {
      world.nowMs += 120_000;
      world.ring(mailboxOf(alice));
      const index = world.flights.findIndex((one) => one.kind === "request" && one.to.includes("/directory/"));
      world.land(index, fate);
      world.drain();
    }
    expect(listed(world)).toEqual([alice]);
    world.nowMs += 600_000;
    world.ring(mailboxOf(alice));
    expect(world.requestsTo("directory")).toEqual([]);
  });

  it("M227 learns of nobody whose event was undone", () => {
    world.storage.isFull = true;
    world.connect(alice);
    world.storage.isFull = false;
    expect(world.requestsTo("directory")).toEqual([]);
    world.connect(alice);
    world.drain();
    expect(listed(world)).toEqual([alice]);
  });

  it("M228 learns of those who were there before it, when they are heard of", () => {
    const phone = world.connect(alice);
    world.drain();
    world.storage.forRoom("").prepare("DELETE FROM listings").run();
    world.storage.forRoom("").prepare("DELETE FROM directory_users").run();
    world.evict(mailboxOf(alice));
    world.send(phone, look);
    world.drain();
    expect(listed(world)).toEqual([alice]);
  });

  it("M229 lets go of a user, and has them again when they are heard of", () => {
    written();
    expect(call({ type: "erase", atMs: world.nowMs, by: "deployment" })).toBeNull();
    world.drain();
    expect(listed(world)).toEqual([bob]);
    world.crashAll();
    world.nowMs += 1;
    world.connect(alice);
    world.drain();
    expect(listed(world).sort()).toEqual([alice, bob]);
  });

  it("M229 ends with the last word, also when the first was not brought yet", () => {
    world.connect(alice);
    call({ type: "erase", atMs: world.nowMs, by: "deployment" });
    world.drain();
    expect(listed(world)).toEqual([]);
  });
});
