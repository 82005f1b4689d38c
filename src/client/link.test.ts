import { beforeEach, describe, expect, it } from "vitest";
import { fakeToken, turn } from "../../test/support/fake-environment.ts";
import { LinkProbe } from "../../test/support/link-probe.ts";
import { CLOSE } from "../protocol/close-codes.ts";
import { Link } from "./link.ts";

let environment: LinkProbe["environment"];
let statuses: LinkProbe["statuses"];
let events: LinkProbe["events"];
let linkWith: LinkProbe["linkWith"];
let onlineLink: LinkProbe["onlineLink"];
let states: LinkProbe["states"];
let waitingMs: LinkProbe["waitingMs"];
beforeEach(() => {
  ({ environment, statuses, events, linkWith, onlineLink, states, waitingMs } = new LinkProbe());
});

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
      ({ environment, statuses, onlineLink, waitingMs } = new LinkProbe(seed));
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
