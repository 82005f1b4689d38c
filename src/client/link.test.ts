import { beforeEach, describe, expect, it } from "vitest";
import { FakeEnvironment, fakeToken, turn } from "../../test/support/fake-environment.ts";
import { CLOSE } from "../protocol/close-codes.ts";
import { PING_INTERVAL_MS } from "../protocol/limits.ts";
import { Link } from "./link.ts";
import type { Status } from "./status.ts";
import type { TokenSource } from "./token.ts";

let environment: FakeEnvironment;
let statuses: Status[];
let events: string[];
beforeEach(() => {
  environment = new FakeEnvironment();
  statuses = [];
  events = [];
});

function linkWith(token: TokenSource, onStatus: (status: Status) => void = () => {}): Link {
  const options = { url: "http://parley.test/ignored", token, deviceId: "d1", deviceType: "web" };
  return new Link(options, environment, {
    opened: (userId) => void events.push(`opened ${userId}`),
    text: (text) => void events.push(`text ${text}`),
    lost: () => void events.push("lost"),
    status: (status) => {
      statuses.push(status);
      onStatus(status);
    },
  });
}

/** A link whose socket is open. */
async function openLink(token: TokenSource = () => fakeToken("ann")): Promise<Link> {
  const link = linkWith(token);
  link.start();
  await turn();
  environment.socket.open();
  return link;
}

async function onlineLink(token?: TokenSource): Promise<Link> {
  const link = await openLink(token);
  link.online();
  return link;
}

const states = () => statuses.map(({ state }) => state);

function waitingMs(): number {
  const status = statuses.at(-1);
  if (status?.state !== "waiting") throw new Error(`it is ${status?.state}`);
  return status.delayMs;
}

describe("a link", () => {
  it("connects with its device, protocol and token, and tells each state", async () => {
    const link = await onlineLink();
    const { url, protocols } = environment.socket;
    expect(url.href).toBe("ws://parley.test/v1/connect?deviceId=d1&deviceType=web");
    expect(protocols).toEqual(["parley.v1.json", `bearer.${fakeToken("ann")}`]);
    expect(states()).toEqual(["connecting", "syncing", "online"]);
    expect(link.status).toEqual({ state: "online" });
    expect(events).toEqual(["opened ann"]);
  });

  it("starts once", async () => {
    const link = await onlineLink();
    link.start();
    await turn();
    expect(environment.sockets).toHaveLength(1);
  });

  it("keeps TLS", async () => {
    const link = new Link(
      { url: "https://parley.test", token: fakeToken("ann"), deviceId: "d", deviceType: "web" },
      environment,
      { opened: () => {}, text: () => {}, lost: () => {}, status: () => {} },
    );
    link.start();
    await turn();
    expect(environment.socket.url.protocol).toBe("wss:");
  });

  it("drops what is written without an open socket", async () => {
    const link = linkWith(fakeToken("ann"));
    link.send("early");
    link.start();
    await turn();
    link.send("still early");
    environment.socket.open();
    link.send("in time");
    const [socket] = environment.sockets;
    socket?.drop();
    link.send("late");
    expect(socket?.written).toEqual(["in time"]);
  });

  it("hears nothing from a socket that it gave up", async () => {
    const link = await onlineLink();
    link.restart("for a reason");
    const { socket } = environment;
    expect(socket.closed).toEqual({ code: CLOSE.STALE, reason: "for a reason" });
    socket.text("late");
    socket.open();
    socket.drop(CLOSE.KICKED);
    expect(events).toEqual(["opened ann", "lost"]);
    expect(link.status.state).toBe("waiting");
  });
});

describe("after a close code a link", () => {
  it.each([CLOSE.GOING_AWAY, 4050, 4099])("%i reconnects now, spread over a second", async (code) => {
    const delays = new Set<number>();
    for (let seed = 1; seed <= 20; seed += 1) {
      environment = new FakeEnvironment(seed);
      await onlineLink();
      environment.socket.drop(code, "moving");
      expect(statuses.at(-1)).toMatchObject({ state: "waiting", code, reason: "moving" });
      delays.add(Math.floor(waitingMs() / 250));
    }
    expect([...delays].sort()).toEqual([0, 1, 2, 3]);
  });

  it("reconnects now only once: a server that goes on saying it gets the backoff", async () => {
    await onlineLink();
    environment.socket.drop(CLOSE.GOING_AWAY);
    await environment.pass(1_000);
    environment.socket.drop(CLOSE.GOING_AWAY);
    expect(waitingMs()).toBeGreaterThanOrEqual(500);
    await environment.pass(1_000);
    environment.socket.drop(CLOSE.GOING_AWAY);
    expect(waitingMs()).toBeGreaterThanOrEqual(1_000);
  });

  it.each([1000, 1006, 1011, CLOSE.SLOW_CONSUMER, CLOSE.UNAVAILABLE, 4199, 4300])(
    "%i reconnects with a doubling, capped, jittered backoff that being online resets",
    async (code) => {
      const link = await onlineLink();
      for (const fullMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
        environment.socket.drop(code);
        expect(waitingMs()).toBeGreaterThanOrEqual(fullMs / 2);
        expect(waitingMs()).toBeLessThanOrEqual(fullMs);
        const [count, delayMs] = [environment.sockets.length, waitingMs()];
        await environment.pass(delayMs - 1);
        expect(environment.sockets).toHaveLength(count);
        await environment.pass(1);
        expect(environment.sockets).toHaveLength(count + 1);
      }
      environment.socket.open();
      link.online();
      environment.socket.drop(code);
      expect(waitingMs()).toBeLessThanOrEqual(500);
    },
  );

  it("is not reset by a socket that only opened", async () => {
    await onlineLink();
    environment.socket.drop();
    await environment.pass(500);
    environment.socket.open();
    environment.socket.drop();
    expect(waitingMs()).toBeGreaterThanOrEqual(500);
  });

  it.each([CLOSE.KICKED, CLOSE.UNAUTHORIZED, CLOSE.PROTOCOL_ERROR, 4299])("%i is over", async (code) => {
    await onlineLink();
    environment.socket.drop(code, "so it is");
    expect(statuses.at(-1)).toEqual({ state: "closed", code, reason: "so it is" });
    expect(environment.timers).toBe(0);
    expect(environment.networkListeners).toBe(0);
    await environment.pass(3_600_000);
    expect(environment.sockets).toHaveLength(1);
  });
});

describe("with its token a link", () => {
  it("asks the callback again, at once, when the token has expired", async () => {
    let asked = 0;
    await onlineLink(() => {
      asked += 1;
      return `${fakeToken("ann")}${asked}`;
    });
    environment.socket.drop(CLOSE.TOKEN_EXPIRED);
    expect(waitingMs()).toBe(0);
    await environment.pass(0);
    expect(environment.socket.protocols[1]).toBe(`bearer.${fakeToken("ann")}2`);
    environment.socket.drop(CLOSE.TOKEN_EXPIRED);
    expect(waitingMs()).toBeGreaterThanOrEqual(500);
  });

  it("is over when a fixed one has expired", async () => {
    await onlineLink(fakeToken("ann"));
    environment.socket.drop(CLOSE.TOKEN_EXPIRED, "expired");
    expect(statuses.at(-1)).toEqual({ state: "closed", code: CLOSE.TOKEN_EXPIRED, reason: "expired" });
    expect(environment.timers).toBe(0);
  });

  it("tries again when the callback fails", async () => {
    let asked = 0;
    linkWith(() => {
      asked += 1;
      if (asked === 1) throw new Error("login is down");
      return Promise.resolve(fakeToken("ann"));
    }).start();
    await turn();
    expect(statuses.at(-1)).toMatchObject({ state: "waiting", reason: "no token: Error: login is down" });
    await environment.pass(500);
    expect(environment.sockets).toHaveLength(1);
  });

  it("gives up a callback that does not answer, and ignores what it says late", async () => {
    const answers: ((token: string) => void)[] = [];
    linkWith(() => new Promise((resolve) => answers.push(resolve))).start();
    await environment.pass(15_000);
    expect(statuses.at(-1)).toMatchObject({ state: "waiting", reason: "no connection in time" });
    answers[0]?.(fakeToken("ann"));
    await turn();
    expect(environment.sockets).toHaveLength(0);
    await environment.pass(500);
    answers[1]?.(fakeToken("ann"));
    await turn();
    expect(environment.sockets).toHaveLength(1);
  });

  it.each(["", "no JWT", "a.b.c", `a.${btoa(`{"sub":1}`)}.c`, `a.${btoa("[]")}.c`])(
    "is over when it is %j, for it names no user",
    async (token) => {
      linkWith(token).start();
      await turn();
      expect(statuses.at(-1)).toMatchObject({ state: "closed", code: CLOSE.UNAUTHORIZED });
      expect(environment.sockets).toHaveLength(0);
      expect(environment.timers).toBe(0);
    },
  );

  it("is over when a later one is another user's", async () => {
    const users = ["ann", "bob"];
    await onlineLink(() => fakeToken(users.shift() ?? ""));
    environment.socket.drop(CLOSE.TOKEN_EXPIRED);
    await environment.pass(0);
    expect(statuses.at(-1)).toMatchObject({ state: "closed", code: CLOSE.UNAUTHORIZED });
    expect(environment.sockets).toHaveLength(1);
  });

  it("reads a name that is not ASCII", async () => {
    const bytes = new TextEncoder().encode(`{"sub":"ñandú-✓"}`);
    const claims = btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    await openLink(`head.${claims}.signature`);
    expect(events).toEqual(["opened ñandú-✓"]);
  });
});

describe("time and a link", () => {
  it("gives up a socket that does not open", async () => {
    linkWith(fakeToken("ann")).start();
    await environment.pass(14_999);
    expect(statuses.at(-1)?.state).toBe("connecting");
    await environment.pass(1);
    expect(statuses.at(-1)).toMatchObject({ state: "waiting", code: 1006 });
    expect(environment.socket.closed).toBeDefined();
    expect(events).toEqual([]);
  });

  it("pings at the interval for as long as something is heard, and keeps pongs to itself", async () => {
    await onlineLink();
    for (let n = 1; n <= 5; n += 1) {
      await environment.pass(PING_INTERVAL_MS);
      expect(environment.socket.written).toHaveLength(n);
      environment.socket.text("pong");
      await environment.pass(10_000);
    }
    expect(new Set(environment.socket.written)).toEqual(new Set(["ping"]));
    expect(events).toEqual(["opened ann"]);
    expect(environment.sockets).toHaveLength(1);
  });

  it("reconnects when a ping stays unanswered, whatever was heard before it", async () => {
    await onlineLink();
    await environment.pass(PING_INTERVAL_MS - 1);
    environment.socket.text("hello");
    await environment.pass(1 + 9_999);
    expect(statuses.at(-1)?.state).toBe("online");
    await environment.pass(1);
    expect(statuses.at(-1)).toMatchObject({ state: "waiting", code: 1006, reason: "no pong in time" });
    expect(environment.socket.closed?.code).toBe(CLOSE.STALE);
    expect(events).toEqual(["opened ann", "text hello", "lost"]);
  });

  it("pings at once when the network is back, and connects at once if it waits", async () => {
    await onlineLink();
    environment.networkBack();
    expect(environment.socket.written).toEqual(["ping"]);
    await environment.pass(10_000);
    expect(statuses.at(-1)?.state).toBe("waiting");
    environment.networkBack();
    await environment.pass(0);
    expect(environment.sockets).toHaveLength(2);
    environment.socket.open();
    await environment.pass(5_000);
    expect(environment.sockets).toHaveLength(2);
  });
});
