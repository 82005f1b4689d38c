import { beforeEach, describe, expect, it } from "vitest";
import { fakeToken, turn } from "../../test/support/fake-environment.ts";
import { LinkProbe } from "../../test/support/link-probe.ts";
import { CLOSE } from "../protocol/close-codes.ts";
import { PING_INTERVAL_MS } from "../protocol/limits.ts";

let environment: LinkProbe["environment"];
let statuses: LinkProbe["statuses"];
let events: LinkProbe["events"];
let linkWith: LinkProbe["linkWith"];
let openLink: LinkProbe["openLink"];
let onlineLink: LinkProbe["onlineLink"];
let waitingMs: LinkProbe["waitingMs"];
beforeEach(() => {
  ({ environment, statuses, events, linkWith, openLink, onlineLink, waitingMs } = new LinkProbe());
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
