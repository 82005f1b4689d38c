import { appRoom, mailboxRoom, sessionRoom } from "../../../src/kernel/room-name.ts";
import { CLOSE } from "../../../src/protocol/close-codes.ts";
import { ERRORS } from "../../../src/protocol/errors.ts";
import type { SyncSessionsResult } from "../../../src/protocol/frames/sync.ts";
import { AppId, PackId, type SessionId, UserId } from "../../../src/protocol/ids.ts";
import { type Outcome, unwrap } from "../../../src/protocol/rpc/outcome.ts";
import type { AppendResult } from "../../../src/protocol/rpc/session-call.ts";
import { singleSessionId } from "../../../src/protocol/session-id.ts";
import { type Case, equal, holds } from "../check.ts";
import type { ClientSocket, HostUnderTest, OpenSocket } from "../host.ts";

export const app = AppId.parse("main");
let counter = 0;

export function pack(): PackId {
  counter += 1;
  return PackId.parse(`contract-${counter}`);
}

/** Two people nobody else knows, so that cases may share a host. */
export function pair() {
  counter += 1;
  const [a, b] = [UserId.parse(`a-${counter}`), UserId.parse(`b-${counter}`)];
  const sessionId = singleSessionId(a, b);
  return {
    a,
    b,
    sessionId,
    session: sessionRoom(app, sessionId),
    mailboxOf: (userId: UserId) => mailboxRoom(app, userId),
  };
}

export function append(
  host: HostUnderTest,
  session: ReturnType<typeof sessionRoom>,
  sender: UserId,
  content = "text",
  packId = pack(),
) {
  const items = [{ packId, contentType: 1, content }];
  return host.call(session, { type: "append", sender, items });
}

export function seqIdOf(outcome: Outcome): number {
  const [result] = unwrap(outcome) as AppendResult; // SAFETY: append answers with one result per item
  return result === undefined ? 0 : unwrap(result).seqId;
}

/** A socket that is live. */
export async function online(host: HostUnderTest, opening: OpenSocket): Promise<ClientSocket> {
  const socket = await host.connect(opening);
  const packId = pack();
  socket.send({ type: "sync.sessions", packId, since: 0 });
  equal((await socket.ack(packId)).code, 0, "sync");
  return socket;
}

export function message(sessionId: SessionId, content: string, packId = pack()) {
  return { type: "msg.send", packId, sessionId, contentType: 1, content } as const;
}

const seqIds = (socket: ClientSocket) => socket.entries.map(({ seqId }) => seqId);

/** What rooms take for granted of a host: calls, sockets, alarms, one event at a time, nothing needed in memory. */
export const roomCases: readonly Case<HostUnderTest>[] = [
  {
    name: "answers a call with its value, and with the coded error that was thrown",
    async run(host) {
      const { a, session } = pair();
      const packId = pack();
      equal(seqIdOf(await append(host, session, a, "text", packId)), 1);
      equal(await append(host, session, a, "again", packId), await append(host, session, a, "again", packId));
      const stranger = await append(host, session, UserId.parse("stranger"));
      equal(stranger, { ok: false, error: "ACCESS_DENIED", message: ERRORS.ACCESS_DENIED.message });
    },
  },
  {
    name: "gives a room what its app has set, and a change of it from the next event on",
    async run(host) {
      const { a, sessionId } = pair();
      const apps = [AppId.parse(`app-${a}`), AppId.parse(`other-${a}`)] as const;
      const [session, elsewhere] = [sessionRoom(apps[0], sessionId), sessionRoom(apps[1], sessionId)];
      const set = (messages: "friends" | "everyone") =>
        host.call(appRoom(apps[0]), { type: "app.set", section: "policy", id: "", value: { messages } });
      const write = async (room: typeof session) => {
        const outcome = await append(host, room, a);
        return outcome.ok ? "written" : outcome.error;
      };
      equal([await write(session), await write(elsewhere)], ["written", "written"]);
      unwrap(await set("friends"));
      equal([await write(session), await write(elsewhere)], ["NOT_FRIENDS", "written"]);
      await host.evict(session);
      equal(await write(session), "NOT_FRIENDS");
      unwrap(await set("everyone"));
      equal(await write(session), "written");
    },
  },
  {
    name: "runs one event of a room at a time",
    async run(host) {
      const { a, b, session } = pair();
      const calls = Array.from({ length: 40 }, (_, n) => append(host, session, n % 2 === 0 ? a : b));
      const got = (await Promise.all(calls)).map(seqIdOf);
      equal(
        got.toSorted((x, y) => x - y),
        Array.from({ length: 40 }, (_, n) => n + 1),
      );
    },
  },
  {
    name: "carries a message from socket to sockets, through three rooms",
    async run(host) {
      const { a, b, sessionId } = pair();
      const [as, bs] = [await online(host, { userId: a }), await online(host, { userId: b })];
      const frame = message(sessionId, "hello");
      as.send(frame);
      const ack = await as.ack(frame.packId);
      holds(ack.code === 0 && ack.data !== undefined && "seqId" in ack.data && ack.data.seqId === 1, "acknowledged");
      for (const socket of [as, bs]) {
        await socket.until(({ entries }) => entries.length > 0);
        equal(
          socket.entries.map(({ seqId, from }) => [seqId, from]),
          [[1, a]],
        );
      }
    },
  },
  {
    name: "answers every request of one message once, and keeps their order",
    async run(host) {
      const { a, sessionId } = pair();
      const socket = await online(host, { userId: a });
      const frames = Array.from({ length: 50 }, (_, n) => message(sessionId, String(n)));
      socket.send(...frames);
      for (const { packId } of frames) await socket.ack(packId);
      await socket.until(({ entries }) => entries.length === frames.length);
      equal(
        socket.entries.map(({ packId }) => packId),
        frames.map(({ packId }) => packId),
      );
      const acks = socket.frames.filter((frame) => frame.type === "ack");
      equal(new Set(acks.map(({ packId }) => packId)).size, acks.length);
    },
  },
  {
    name: "answers ping with pong, and text that is no frame with an error",
    async run(host) {
      const socket = await host.connect({ userId: pair().a });
      socket.sendText("ping");
      await socket.until(({ texts }) => texts.includes("pong"));
      socket.sendText("{");
      await socket.until(({ frames }) => frames.length > 0);
      equal(socket.frames, [
        { type: "error", code: ERRORS.MALFORMED.code, message: `${ERRORS.MALFORMED.message}: not JSON` },
      ]);
    },
  },
  {
    name: "goes on with fresh instances: rows, sockets and their states are all they need",
    async run(host) {
      const { a, b, sessionId, session, mailboxOf } = pair();
      const [as, bs] = [await online(host, { userId: a }), await online(host, { userId: b })];
      for (let n = 1; n <= 3; n += 1) {
        for (const room of [mailboxOf(a), mailboxOf(b), session]) await host.evict(room);
        as.send(message(sessionId, String(n)));
        for (const socket of [as, bs]) await socket.until(({ entries }) => entries.length === n);
      }
      equal(
        [seqIds(as), seqIds(bs)],
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
      );
      const packId = pack();
      bs.send({ type: "sync.sessions", packId, since: 0 });
      const { sessions } = (await bs.ack(packId)).data as SyncSessionsResult; // SAFETY: the result of its request
      equal(
        sessions.map(({ lastSeqId, unread }) => [lastSeqId, unread]),
        [[3, 3]],
      );
    },
  },
  {
    name: "closes with the code that the room says",
    async run(host) {
      const { a } = pair();
      const older = await online(host, { userId: a, deviceId: "older" });
      const newer = await online(host, { userId: a, deviceId: "newer" });
      await older.until(({ closedWith }) => closedWith !== undefined);
      equal([older.closedWith, newer.closedWith], [CLOSE.KICKED, undefined]);
      equal(older.frames.at(-1), { type: "kicked", deviceType: "web", deviceId: "newer" }, "said before the close");
    },
  },
  {
    name: "lets the newer of two sockets stay that open at the same time",
    async run(host) {
      const { a } = pair();
      const opened = [host.connect({ userId: a, deviceId: "older" }), host.connect({ userId: a, deviceId: "newer" })];
      const sockets = await Promise.all(opened);
      await Promise.race(sockets.map((socket) => socket.until(({ closedWith }) => closedWith !== undefined)));
      const left = sockets.filter(({ closedWith }) => closedWith === undefined);
      equal(left.length, 1, "sockets that stay");
      const packId = pack();
      left[0]?.send({ type: "sync.sessions", packId, since: 0 });
      equal((await left[0]?.ack(packId))?.code, 0);
    },
  },
  {
    name: "wakes a room with its alarm, also as a fresh instance",
    async run(host) {
      const { a, mailboxOf } = pair();
      const socket = await host.connect({ userId: a, expiresAtMs: 1 });
      await host.evict(mailboxOf(a));
      await host.ring(mailboxOf(a));
      await socket.until(({ closedWith }) => closedWith !== undefined);
      equal(socket.closedWith, CLOSE.TOKEN_EXPIRED);
    },
  },
  {
    name: "forgets a socket that was closed",
    async run(host) {
      const { a, b, sessionId } = pair();
      const [as, bs] = [await online(host, { userId: a }), await online(host, { userId: b })];
      bs.close();
      as.send(message(sessionId, "1"));
      await as.until(({ entries }) => entries.length === 1);
      const again = await online(host, { userId: b });
      as.send(message(sessionId, "2"));
      await again.until(({ entries }) => entries.length === 1);
      equal([seqIds(bs), seqIds(again)], [[], [2]]);
    },
  },
];
