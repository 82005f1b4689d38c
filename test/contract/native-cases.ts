import { appRoom } from "../../src/kernel/room-name.ts";
import { CLOSE } from "../../src/protocol/close-codes.ts";
import { ERRORS } from "../../src/protocol/errors.ts";
import { readOpenMetrics, sampleOf } from "../support/open-metrics.ts";
import { type Case, equal, holds } from "./check.ts";
import { LOSSES, type Loss, type NativeHost } from "./native-host.ts";
import { finished, progressOf, startJob } from "./suites/jobs.ts";
import { app, append, message, online, pack, pair, seqIdOf } from "./suites/rooms.ts";

const DATABASE = ERRORS.DATABASE.code;

const lostTurnCases = (loss: Loss): readonly Case<NativeHost>[] => [
  {
    name: `answers code 5 when the turn cannot be stored, stores nothing of it, and goes on (${loss})`,
    async run(host) {
      const { a, b, sessionId } = pair();
      const [as, bs] = [await online(host, { userId: a }), await online(host, { userId: b })];
      const frame = message(sessionId, "text");
      host.breakTurns(loss);
      as.send(frame);
      equal((await as.ack(frame.packId)).code, DATABASE);
      host.mendTurns();
      holds(host.lostTurns.length === 1, "the fault was reported");
      const retry = message(sessionId, "short");
      as.send(retry);
      equal((await as.ack(retry.packId)).code, 0);
      await bs.until(({ entries }) => entries.length === 1);
      equal(
        bs.entries.map(({ seqId, packId }) => [seqId, packId]),
        [[1, retry.packId]],
      );
    },
  },
  {
    name: `answers every request of a lost turn, whatever it was (${loss})`,
    async run(host) {
      const { a, sessionId, session } = pair();
      const socket = await online(host, { userId: a });
      const packs = [pack(), pack(), pack()] as const;
      const before = socket.frames.length;
      host.breakTurns(loss);
      const call = append(host, session, a);
      socket.send(
        message(sessionId, "text", packs[0]),
        { type: "history.pull", packId: packs[1], sessionId },
        { type: "msg.read", packId: packs[2], sessionId, seqId: 1 },
      );
      socket.sendText("{");
      equal(await call, { ok: false, error: "DATABASE", message: ERRORS.DATABASE.message });
      await socket.until(({ frames }) => frames.length >= before + 4);
      const answers = socket.frames.slice(before);
      equal(answers.filter(({ type }) => type === "error").length, 1, "error frames");
      for (const packId of packs) {
        equal(answers.filter((frame) => frame.type === "ack" && frame.packId === packId).length, 1, "answers");
      }
      host.mendTurns();
      equal(seqIdOf(await append(host, session, a)), 1);
    },
  },
  {
    name: `remembers nothing of an app that a lost turn had set (${loss})`,
    async run(host) {
      const { a, session } = pair();
      host.breakTurns(loss);
      const value = { messages: "friends" } as const;
      const items = [{ packId: pack(), contentType: 1, content: "from the server" }] as const;
      await Promise.all([
        host.call(appRoom(app), { type: "app.set", section: "policy", id: "", value }),
        append(host, session, a),
        host.call(session, { type: "append", sender: a, items, by: "server" }),
      ]);
      equal(host.lostTurns.length, 1, "lost turns");
      host.mendTurns();
      equal(seqIdOf(await append(host, session, a)), 1);
    },
  },
  {
    name: `survives an alarm in a turn that is lost (${loss})`,
    async run(host) {
      const { a, session, mailboxOf } = pair();
      const socket = await host.connect({ userId: a, expiresAtMs: 1 });
      await host.evict();
      host.makeDue(mailboxOf(a));
      host.breakTurns(loss);
      const call = append(host, session, a);
      host.turns.post(mailboxOf(a), { type: "alarm" });
      equal((await call).ok, false);
      host.mendTurns();
      await socket.until(({ closedWith }) => closedWith !== undefined);
      equal(socket.closedWith, CLOSE.TOKEN_EXPIRED);
      equal(seqIdOf(await append(host, session, a)), 1);
    },
  },
  {
    name: `leaves a connection syncing when the turn of its sync is lost (${loss})`,
    async run(host) {
      const { a, b, sessionId, session } = pair();
      equal(seqIdOf(await append(host, session, b)), 1);
      const socket = await host.connect({ userId: a });
      const [sync, again] = [pack(), pack()];
      host.breakTurns(loss);
      socket.send({ type: "sync.sessions", packId: sync, since: 0 }, message(sessionId, "text"));
      equal((await socket.ack(sync)).code, DATABASE);
      host.mendTurns();
      equal(seqIdOf(await append(host, session, b)), 2);
      equal(socket.entries, []);
      socket.send({ type: "sync.sessions", packId: again, since: 0 });
      equal((await socket.ack(again)).code, 0);
      equal(seqIdOf(await append(host, session, b)), 3);
      await socket.until(({ entries }) => entries.length > 0);
      equal(
        socket.entries.map(({ seqId }) => seqId),
        [3],
      );
    },
  },
];

/** What only the native host does: many rooms in one transaction, which may fail as a whole. */
export const nativeCases: readonly Case<NativeHost>[] = [
  ...LOSSES.flatMap(lostTurnCases),
  {
    name: "stores nothing of a turn whose alarm cannot be stored",
    async run(host) {
      const { a, session } = pair();
      host.breakTurns("with its alarm");
      equal(await append(host, session, a), { ok: false, error: "DATABASE", message: ERRORS.DATABASE.message });
      host.mendTurns();
      equal(seqIdOf(await append(host, session, a)), 1);
    },
  },
  {
    name: "leaves the turns between the bursts of a job to others",
    async run(host) {
      const { a, session } = pair();
      const { room } = await startJob(host, 500);
      equal(seqIdOf(await append(host, session, a)), 1);
      holds((await progressOf(host, room)).done < 500, "the job goes on afterwards");
      equal((await finished(host, room)).done, 500);
    },
  },
  {
    name: "finds its rows after a restart, and rings alarms that became due meanwhile",
    async run(host) {
      const { a, b, session } = pair();
      host.db
        .prepare("CREATE TRIGGER broken BEFORE INSERT ON hot_sessions BEGIN SELECT RAISE(ABORT, 'broken'); END")
        .run();
      host.db.commit();
      equal(seqIdOf(await append(host, session, a)), 1);
      holds(host.faults.length > 0, "deliveries failed");
      host.db.prepare("DROP TRIGGER broken").run();
      host.db.commit();
      await host.restart();
      const socket = await online(host, { userId: b });
      await host.ring(session);
      await socket.until(({ entries }) => entries.length === 1);
    },
  },
  {
    name: "keeps idle rooms out of memory, except for their sockets",
    async run(host) {
      const { a, session } = pair();
      await online(host, { userId: a });
      await append(host, session, a);
      const awake = new Map(host.turns.roomsInMemory());
      equal([awake.get("mailbox"), awake.get("session")], [2, 1]);
      await host.evict();
      equal([...host.turns.roomsInMemory()], [["mailbox", 1]]);
      equal(host.turns.connections().length, 1);
    },
  },
  {
    name: "counts what turns did when they are stored, and nothing of those that are lost",
    async run(host) {
      const { a, b, sessionId } = pair();
      const [as] = [await online(host, { userId: a }), await online(host, { userId: b })];
      const { messages, repeats, deliveries, refusals } = host.measures;
      host.breakTurns("at the commit");
      const lost = message(sessionId, "lost");
      as.send(lost);
      equal((await as.ack(lost.packId)).code, DATABASE);
      host.mendTurns();
      equal([messages.value, deliveries.value], [0, 0], "of the lost turn");
      for (const packId of [pack(), pack()])
        as.send(message(sessionId, "kept", packId), message(sessionId, "kept", packId));
      const empty = message(sessionId, "");
      as.send(empty);
      holds((await as.ack(empty.packId)).code !== 0, "an empty message is refused");
      await host.turns.drained();
      equal([messages.value, repeats.value], [2, 2]);
      equal(deliveries.value, 4, "deliveries: the sender's own socket is one of two");
      equal(refusals.of("socket", "TOO_SHORT").value, 1);
      const families = readOpenMetrics(host.measures.metrics.text());
      equal(sampleOf(families, "parley_lost_turns_total"), 1);
      holds(sampleOf(families, "parley_turn_duration_seconds_count") > 0, "turns were timed");
    },
  },
  {
    name: "closes a socket that does not drain, and forgets it",
    async run(host) {
      const { a } = pair();
      const socket = await host.connect({ userId: a });
      host.neverDrain();
      socket.send({ type: "sync.sessions", packId: pack(), since: 0 });
      await socket.until(({ closedWith }) => closedWith !== undefined);
      equal(socket.closedWith, CLOSE.SLOW_CONSUMER);
      await host.turns.drained();
      equal(host.turns.connections(), []);
    },
  },
];
