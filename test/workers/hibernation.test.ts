import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { CLOSE } from "../../src/protocol/close-codes.ts";
import type { SyncSessionsResult } from "../../src/protocol/frames/sync.ts";
import { MAX_FRAME_BYTES } from "../../src/protocol/limits.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import { append, message, online, pack, pair } from "../contract/suites/rooms.ts";
import { evictIfAwake, openWebSocket, stub, WorkersHost } from "./workers-host.ts";

const host = new WorkersHost();
const HOUR_MS = 3_600_000;

it("M24 sleeps with open sockets, answers pings asleep, and wakes with everything it needs", async () => {
  const { a, b, sessionId, session, mailboxOf } = pair();
  const socket = await online(host, { userId: b });
  unwrap(await append(host, session, a, "before"));
  await socket.until(({ entries }) => entries.length === 1);

  // It would not be evicted while a timer, a call or a request of its own were pending.
  expect(await evictIfAwake(mailboxOf(b))).toBe(true);
  for (const round of [1, 2]) {
    socket.sendText("ping");
    await socket.until(({ texts }) => texts.filter((text) => text === "pong").length === round);
    expect(await evictIfAwake(mailboxOf(b))).toBe(false);
  }

  unwrap(await append(host, session, a, "after"));
  await socket.until(({ entries }) => entries.length === 2);
  expect(await evictIfAwake(mailboxOf(b))).toBe(true);
  const request = { type: "msg.read", packId: pack(), sessionId, seqId: 1 } as const;
  socket.send(request);
  expect((await socket.ack(request.packId)).data).toEqual({ readSeqId: 1, unread: 1, mentions: 0 });
  expect(socket.closedWith).toBeUndefined();
});

it("M23 sweeps by alarm what is silent, and leaves alone what pings", async () => {
  const { a, mailboxOf } = pair();
  const silent = await online(host, { userId: a, deviceType: "ios" });
  const pinging = await online(host, { userId: a, deviceType: "web" });
  pinging.sendText("ping");
  await pinging.until(({ texts }) => texts.includes("pong"));
  await runInDurableObject(stub(mailboxOf(a)), (_, ctx) => {
    for (const socket of ctx.getWebSockets()) {
      socket.serializeAttachment({ ...socket.deserializeAttachment(), openedAtMs: Date.now() - HOUR_MS });
    }
  });
  await evictIfAwake(mailboxOf(a));
  expect(await runDurableObjectAlarm(stub(mailboxOf(a)))).toBe(true);
  await silent.until(({ closedWith }) => closedWith !== undefined);
  expect([silent.closedWith, pinging.closedWith]).toEqual([CLOSE.STALE, undefined]);
  // As long as a socket is open there is a next sweep.
  expect(await runDurableObjectAlarm(stub(mailboxOf(a)))).toBe(true);
  expect(pinging.closedWith).toBeUndefined();
});

it("S23 resumes by alarm a fan-out that died between the commit and the calls", async () => {
  const { a, b, sessionId, session } = pair();
  const socket = await online(host, { userId: b });
  unwrap(await append(host, session, a, "one"));
  await socket.until(({ entries }) => entries.length === 1);
  // The rows of a second entry, and the alarm that its transaction sets: all that is left when the object dies there.
  await runInDurableObject(stub(session), async (_, { storage }) => {
    const entry = {
      seqId: 2,
      timestamp: Date.now(),
      from: a,
      packId: "lost",
      kind: "message",
      contentType: 1,
      content: "two",
    };
    storage.sql.exec(
      "INSERT INTO entries (room, seq, sender, countable, fanned, entry) SELECT room, 2, sender, countable + 1, 1, ? FROM entries",
      JSON.stringify(entry),
    );
    await storage.setAlarm(Date.now() + HOUR_MS);
  });
  await evictIfAwake(session);
  expect(socket.entries).toHaveLength(1);
  expect(await runDurableObjectAlarm(stub(session))).toBe(true);
  await socket.until(({ entries }) => entries.length === 2);
  expect(socket.entries.map(({ seqId, packId }) => [seqId, packId])).toEqual([
    [1, expect.any(String)],
    [2, "lost"],
  ]);
  expect(socket.frames.filter(({ type }) => type === "entry")).toHaveLength(2);
  expect(sessionId).toBe(socket.frames.flatMap((frame) => (frame.type === "entry" ? [frame.sessionId] : []))[0]);
});

it("S24 a message costs five written rows, one of them the alarm, two of them in mailboxes", async () => {
  const { a, b, session, mailboxOf } = pair();
  unwrap(await append(host, session, a, "first"));
  const rowsOf = (room: typeof session, table: string) =>
    runInDurableObject(stub(room), (_, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length);
  expect([await rowsOf(session, "entries"), await rowsOf(session, "packs"), await rowsOf(session, "backlog")]).toEqual([
    1, 1, 0,
  ]);
  expect(await runInDurableObject(stub(session), (_, { storage }) => storage.getAlarm())).toBeGreaterThan(Date.now());
  expect([await rowsOf(mailboxOf(a), "hot_sessions"), await rowsOf(mailboxOf(b), "hot_sessions")]).toEqual([1, 1]);
});

it("closes what sends bytes or too much, and nobody else", async () => {
  const [{ a }, { a: other }] = [pair(), pair()];
  const bystander = await online(host, { userId: other });
  const binary = await online(host, { userId: a, deviceType: "ios" });
  const long = await online(host, { userId: a, deviceType: "web" });
  long.sendText("x".repeat(MAX_FRAME_BYTES + 1));
  await long.until(({ closedWith }) => closedWith !== undefined);
  expect([long.closedWith, binary.closedWith]).toEqual([CLOSE.TOO_BIG, undefined]);
  const webSocket = await openWebSocket({ userId: a, deviceType: "macos" });
  const closed = new Promise<number>((resolve) => webSocket.addEventListener("close", ({ code }) => resolve(code)));
  webSocket.accept();
  webSocket.send(new Uint8Array([1, 2, 3]));
  expect(await closed).toBe(CLOSE.PROTOCOL_ERROR);
  bystander.sendText("ping");
  await bystander.until(({ texts }) => texts.includes("pong"));
});

it("closes a socket that does not drain at a bounded buffer, and has everything for it afterwards", async () => {
  const { a, b, session } = pair();
  const webSocket = await openWebSocket({ userId: b });
  webSocket.accept();
  webSocket.send(JSON.stringify({ type: "sync.sessions", packId: pack(), since: 0 }));
  const closed = new Promise<number>((resolve) => webSocket.addEventListener("close", ({ code }) => resolve(code)));
  await runInDurableObject(stub(pair().mailboxOf(b)), (_, ctx) => {
    const [server] = ctx.getWebSockets();
    // Inside one process nothing ever waits in a socket, so the peer's slowness is made up.
    if (server !== undefined) Object.defineProperty(server, "bufferedAmount", { value: 5_000_000 });
  });
  for (const content of ["1", "2", "3"]) unwrap(await append(host, session, a, content));
  expect(await closed).toBe(CLOSE.SLOW_CONSUMER);
  const again = await host.connect({ userId: b });
  const packId = pack();
  again.send({ type: "sync.sessions", packId, since: 0 });
  const { sessions } = (await again.ack(packId)).data as SyncSessionsResult; // SAFETY: the result of its request
  expect(sessions.map(({ lastSeqId, unread }) => [lastSeqId, unread])).toEqual([[3, 3]]);
});

it("keeps two apps apart that have the same users", async () => {
  const { a, b, sessionId, session } = pair();
  const socket = await online(host, { userId: b });
  const elsewhere = `other${session.slice(session.indexOf("/"))}` as typeof session; // SAFETY: another app's room
  unwrap(await append(host, elsewhere, a, "not for you"));
  unwrap(await append(host, session, a, "for you"));
  await socket.until(({ entries }) => entries.length > 0);
  expect(socket.entries.map((entry) => entry.kind === "message" && entry.content)).toEqual(["for you"]);
  const frame = message(sessionId, "mine");
  socket.send(frame);
  expect((await socket.ack(frame.packId)).data).toMatchObject({ seqId: 2 });
});
