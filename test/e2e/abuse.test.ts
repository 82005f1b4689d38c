import { expect, it } from "vitest";
import { CLOSE } from "../../src/protocol/close-codes.ts";
import { ERRORS } from "../../src/protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../src/protocol/limits.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { tokenFor } from "../support/tokens.ts";

onEveryHost("a client that misbehaves", (url, host) => {
  const rawSocket = async (user = someone("mallory")) => new RawSocket({ url, token: await tokenFor(user) }).opened();
  const msgTo = (sessionId: string, packId: string, content: unknown = "x") => ({
    type: "msg.send",
    packId,
    sessionId,
    contentType: 1,
    content,
  });

  it("gets one coded answer to every request, however wrong", async () => {
    const me = someone("mallory");
    const raw = await rawSocket(me);
    const codeOf = async (frame: { packId: string; [key: string]: unknown }) => (await raw.request(frame)).code;
    expect(await codeOf({ type: "msg.fly", packId: "1" })).toBe(ERRORS.UNKNOWN_TYPE.code);
    expect(await codeOf({ type: "msg.send", packId: "2" })).toBe(ERRORS.BAD_PARAMETER.code);
    expect(await codeOf(msgTo(`SC_${me}_${me}`, "3", ""))).toBe(ERRORS.TOO_SHORT.code);
    expect(await codeOf(msgTo(`SC_${me}_${me}`, "4", "é".repeat(32_769)))).toBe(ERRORS.TOO_LONG.code);
    expect(await codeOf(msgTo("SC_alice_bob", "5"))).toBe(ERRORS.ACCESS_DENIED.code);
    expect(await codeOf(msgTo("SC_zoe_alice", "6"))).toBe(ERRORS.ACCESS_DENIED.code);
    expect(await codeOf(msgTo(`GC_${"0".repeat(26)}`, "7"))).toBe(ERRORS.NO_SUCH_GROUP.code);
    expect(await codeOf({ type: "history.pull", packId: "8", sessionId: "SC_alice_bob" })).toBe(
      ERRORS.HISTORY_FORBIDDEN.code,
    );
    expect(await codeOf({ type: "msg.read", packId: "9", sessionId: "SC_alice_bob", seqId: 1 })).toBe(
      ERRORS.NO_SUCH_MESSAGE.code,
    );
    for (const nonsense of ["", "{", "[]x", "null", "7", '"ping"', '{"type":1}', '{"type":"msg.send"}'])
      raw.send(nonsense);
    raw.send(msgTo(`SC_${me}_${me}`, "no spaces allowed"));
    const codes = [];
    for (const _ of upTo(9)) codes.push(await raw.nextError());
    const { MALFORMED, UNKNOWN_TYPE, BAD_PARAMETER } = ERRORS;
    expect(new Set(codes)).toEqual(new Set([MALFORMED.code, UNKNOWN_TYPE.code, BAD_PARAMETER.code]));
    // A batch that is too large: each of its requests is told.
    raw.send(upTo(257).map((n) => msgTo(`SC_${me}_${me}`, `b${n}`)));
    for (const n of upTo(257)) {
      const answer = await raw.next((frame) => frame.type === "ack" && frame.packId === `b${n}`);
      expect(answer).toMatchObject({ code: ERRORS.BATCH_TOO_LARGE.code });
    }
    // The longest that is allowed still works, and so does the connection.
    expect(await codeOf(msgTo(`SC_${me}_${me}`, "last", "é".repeat(32_768)))).toBe(0);
    raw.close();
  });

  it("is closed for binary frames and frames that are too long, alone", async () => {
    const bystander = await Person.online({ url, userId: someone("bystander") });
    const binary = await rawSocket();
    binary.send(new Uint8Array([1, 2, 3]));
    expect((await binary.closed).code).toBe(CLOSE.PROTOCOL_ERROR);
    const long = await rawSocket();
    long.send("x".repeat(MAX_FRAME_BYTES + 1));
    expect((await long.closed).code).toBe(CLOSE.TOO_BIG);
    const huge = await rawSocket();
    huge.send("x".repeat(5_000_000));
    expect([CLOSE.TOO_BIG, 1009, 1006]).toContain((await huge.closed).code);
    await bystander.client.send(bystander.with(bystander), "still here");
    expect(bystander.client.status.state).toBe("online");
    bystander.close();
  });

  it("is slowed down, then closed, when it sends too many frames", async () => {
    const me = someone("flooder");
    const raw = await rawSocket(me);
    const pull = (n: number) => ({ type: "history.pull", packId: `p${n}`, sessionId: `SC_${me}_${me}` });
    for (const round of upTo(3)) raw.send(upTo(250).map((n) => pull(round * 1_000 + n)));
    const limited = await raw.next((frame) => frame.type === "ack" && frame.code === ERRORS.RATE_LIMITED.code);
    expect(limited).toMatchObject({ retryAfterMs: expect.any(Number) });
    const flood = setInterval(() => raw.send(upTo(250).map(pull)), 20);
    const { code } = await raw.closed.finally(() => clearInterval(flood));
    expect(code).toBe(CLOSE.FLOOD);
  });

  it("does not lose messages to the rate limit: the SDK waits and keeps the order", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const notes = alice.with(alice);
    const results = await Promise.all(upTo(600).map((n) => alice.client.send(notes, `${n}`)));
    await alice.untilSeen(notes, 600);
    expect(results.map(({ seqId }) => seqId)).toEqual(upTo(600));
    expect(alice.contents(notes)).toEqual(upTo(600).map(String));
    alice.close();
  });

  it("that does not read is closed at a bounded buffer, hurts nobody, and gets everything by sync", async () => {
    const slowUser = someone("slow");
    const sender = await Person.online({ url, userId: someone("sender") });
    const chat = sender.with(slowUser);
    const slow = await rawSocket(slowUser);
    await slow.request({ type: "sync.sessions", packId: "sync", since: 0 });
    slow.pause();
    const count = 400;
    await Promise.all(upTo(count).map((n) => sender.client.send(chat, `${n} ${"x".repeat(60_000)}`)));
    slow.resume();
    // The proxy of `wrangler dev` reads whatever the client does not; there the bound is tested inside of workerd.
    if (host === "workers") slow.close();
    else expect([CLOSE.SLOW_CONSUMER, 1006]).toContain((await slow.closed).code);
    const again = await Person.online({ url, userId: slowUser });
    expect(again.unread(chat)).toBe(count);
    await again.untilSeen(chat, count);
    expect(again.seqIds(chat)).toEqual(upTo(count).slice(-200));
    const { entries } = await again.client.history(chat, { limit: 3, after: 0 });
    expect(entries.map(({ seqId }) => seqId)).toEqual([1, 2, 3]);
    expect(sender.seqIds(chat)).toEqual(upTo(count));
    for (const person of [sender, again]) person.close();
  });
});
