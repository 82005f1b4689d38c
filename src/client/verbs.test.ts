import { describe, expect, it } from "vitest";
import { turn } from "../../test/support/fake-environment.ts";
import { CHAT, message, row } from "../../test/support/fake-log.ts";
import { FakeServer } from "../../test/support/fake-server.ts";
import { DownFrame } from "../protocol/down.ts";
import { GroupId } from "../protocol/ids.ts";
import { UpFrame } from "../protocol/up.ts";
import type { ClientEvents, ParleyClient } from "./index.ts";

const GROUP = GroupId.parse(`GC_${"0".repeat(26)}`);
const PHONE = { provider: "fcm", token: "t", packageName: "org.example.chat" } as const;
const UNTIL_MS = 2_000_000_000_000;
const LATER_MS = 60_000;

/** Every verb at least once, as an application calls it. */
function callAll(client: ParleyClient): Promise<unknown>[] {
  const { messages, sessionList, groups, friends, blocks, users, devices, pushes, presence, monitors } = client;
  client.typing(CHAT);
  const stream = client.stream(CHAT);
  stream.write("word");
  return [
    client.send(CHAT, "hi", { mentions: { users: ["bob"] }, ttlMs: 1_000, replyTo: { seqId: 1 } }),
    client.signal(CHAT, "hi"),
    client.read(CHAT, 1),
    client.history(CHAT, { before: 9 }),
    client.search({ text: "hi", from: "bob", sessionId: CHAT, limit: 1 }),
    stream.close(),
    ...[messages.recall(CHAT, 1), messages.delete(CHAT, 1), messages.edit(CHAT, 1, { content: "ho" })],
    ...[messages.hide(CHAT, [1]), messages.readers(CHAT, 1), messages.cursors(CHAT)],
    ...[messages.react(CHAT, 1, "+"), messages.unreact(CHAT, 1, "+"), messages.reactions(CHAT, 1)],
    ...[messages.pin(CHAT, 1), messages.unpin(CHAT, 1), messages.pins(CHAT)],
    ...[sessionList.attributes(CHAT, { pinned: true }), sessionList.hide(CHAT), sessionList.markUnread(CHAT)],
    ...[sessionList.readAll(), sessionList.page({ limit: 1 })],
    ...[groups.create({ name: "tea" }, ["bob"]), groups.join(GROUP), groups.quit(GROUP), groups.dismiss(GROUP)],
    ...[groups.remove(GROUP, ["bob"]), groups.transfer(GROUP, "bob"), groups.setRole(GROUP, "bob", "admin")],
    ...[groups.get(GROUP), groups.update(GROUP, { name: "t" }), groups.members(GROUP), groups.has(GROUP, ["bob"])],
    ...[groups.mute(GROUP, UNTIL_MS, ["bob"]), groups.ban(GROUP, ["bob"]), groups.unban(GROUP, ["bob"])],
    ...[groups.setNickname(GROUP, "B"), groups.requests(GROUP), groups.answer(GROUP, "bob", true)],
    ...[groups.invite(GROUP, ["bob"]), groups.decline(GROUP), groups.invitations(), groups.sync()],
    ...[friends.add("bob", { greeting: "hi" }), friends.answer("bob", true), friends.remove("bob"), friends.sync()],
    ...[friends.setRemark("bob", "B"), blocks.add("bob"), blocks.remove("bob"), blocks.list()],
    ...[users.get(["bob"]), users.update({ name: null }), users.attributes("bob"), users.setAttribute("bob", "a", "1")],
    ...[devices.list(), devices.kick("d2"), devices.kickOthers(), devices.logout()],
    ...[pushes.register(PHONE), pushes.unregister(), pushes.list(), pushes.settings({ off: true })],
    pushes.setForeground(false),
    ...[presence.subscribe(["bob"]), presence.unsubscribe(["bob"])],
    ...[monitors.start(CHAT), monitors.stop(CHAT), monitors.list()],
  ];
}

/** What each frame of the server becomes for the application; `undefined`: the close that follows says it. */
const FRAMES: Readonly<Record<DownFrame["type"], readonly [fields: object, event: keyof ClientEvents | undefined]>> = {
  ack: [{ packId: "of-nobody", code: 0 }, undefined],
  entry: [{ sessionId: CHAT, entries: [message(1)] }, "entry"],
  session: [{ session: row(1) }, "session"],
  kicked: [{ deviceType: "web", deviceId: "d2" }, undefined],
  error: [{ code: 42, message: "malformed" }, undefined],
  signal: [{ sessionId: CHAT, from: "bob", timestamp: 1, contentType: 1, content: "now" }, "signal"],
  typing: [{ sessionId: CHAT, from: "bob", isTyping: true }, "typing"],
  receipt: [{ sessionId: CHAT, userId: "bob", receivedSeqId: 1, readSeqId: 1 }, "receipt"],
  chunk: [{ sessionId: CHAT, seqId: 1, offset: 0, text: "word" }, "chunk"],
  hidden: [{ sessionId: CHAT, seqIds: [1] }, "hidden"],
  presence: [{ userId: "bob", online: true, lastSeenAt: 1 }, "presence"],
  "sync.command": [{ what: "friends" }, "syncCommand"],
  observed: [{ sessionId: CHAT, entries: [message(1)] }, "observed"],
};

async function serverForAll(): Promise<FakeServer> {
  const server = new FakeServer();
  const log = [row(1, { readSeqId: 1, unread: 0 })];
  // A first priority entry that is newer than what was kept: the second connection fetches it.
  let priority = 0;
  server.on("sync.sessions", () => ({ sessions: log, version: 1, more: false, priority: priority++ }));
  server.on("stream.open", () => ({ sessionId: CHAT, seqId: 2, timestamp: 1 }));
  server.on("stream.chunk", () => ({ length: "word".length }));
  server.on("friend.sync", () => ({ relations: [], version: 1, more: false }));
  server.on("presence.subscribe", () => ({ presences: [] }));
  return server;
}

describe("the SDK", () => {
  it("has a verb for every frame of the protocol, and writes none that the server would refuse", async () => {
    const server = await serverForAll();
    const client = await server.online();
    const calls = Promise.all(callAll(client));
    await server.environment.pass(LATER_MS);
    await calls;
    server.say({ type: "entry", sessionId: CHAT, entries: [message(2)] });
    await server.environment.pass(LATER_MS);
    await server.drop();
    await server.environment.pass(LATER_MS);
    for (const frame of server.requests) expect(UpFrame.safeParse(frame), JSON.stringify(frame)).toHaveProperty("data");
    const known = UpFrame.options.map((one) => one.shape.type.value);
    const written = new Set(server.requests.map(({ type }) => type));
    expect(known.filter((type) => !written.has(type))).toEqual([]);
    await client.close();
  });

  it.each(Object.entries(FRAMES))("hands on what a frame %s says", async (type, [fields, event]) => {
    const frame = DownFrame.parse({ type, ...fields });
    const server = new FakeServer();
    const client = await server.online();
    const told: string[] = [];
    for (const [, name] of Object.values(FRAMES)) if (name !== undefined) client.on(name, () => told.push(name));
    server.say(frame);
    await turn();
    if (event === undefined) expect(told).toEqual([]);
    else expect(told).toContain(event);
    await client.close();
  });

  it("resolves `once` with the event that matches, and rejects it when the client is closed", async () => {
    const server = new FakeServer();
    const client = await server.online();
    const second = client.once("typing", ({ isTyping }) => !isTyping);
    for (const isTyping of [true, false]) server.say(DownFrame.parse({ ...typing, isTyping }));
    expect(await second).toMatchObject({ isTyping: false });
    const never = client.once("typing");
    await client.close();
    await expect(never).rejects.toMatchObject({ errorName: "CLOSED" });
  });

  it("reads a session that it hides, and leaves it out of the list", async () => {
    const server = new FakeServer();
    server.on("sync.sessions", () => ({ sessions: [row(3, { marked: true })], version: 1, more: false, priority: 0 }));
    const client = await server.online();
    expect([client.sessions().length, client.unreadTotal()]).toEqual([1, 3]);
    await client.sessionList.hide(CHAT);
    expect([client.sessions(), client.unreadTotal()]).toEqual([[], 0]);
    const { marked: _, ...read } = row(3, { readSeqId: 3, unread: 0, hidden: true });
    expect(client.session(CHAT)).toEqual(read);
    await client.close();
  });
});

const typing = { type: "typing", sessionId: CHAT, from: "bob" };
