import { beforeEach, describe, expect, it } from "vitest";
import { FakeEnvironment, fakeToken, turn } from "../../test/support/fake-environment.ts";
import { Link } from "./link.ts";
import type { Status } from "./status.ts";

let environment: FakeEnvironment;
let link: Link;
let states: Status["state"][];
let stopAt: Status["state"] | undefined;
let opened: number;
beforeEach(() => {
  environment = new FakeEnvironment();
  states = [];
  stopAt = undefined;
  opened = 0;
  const options = { url: "http://parley.test", token: () => fakeToken("ann"), deviceId: "d1", deviceType: "web" };
  link = new Link(options, environment, {
    opened: () => {
      opened += 1;
    },
    text: () => {},
    lost: () => {},
    status: ({ state }) => {
      states.push(state);
      if (state === stopAt) link.stop(1000, "enough");
    },
  });
});

async function run(): Promise<void> {
  link.start();
  await turn();
  if (environment.sockets.length === 0) return;
  environment.socket.open();
  if (opened > 0) link.online();
  environment.socket.drop();
  await environment.pass(3_600_000);
}

describe("a link that is stopped", () => {
  it("closes the socket with the code, says so once, and leaves nothing behind", async () => {
    link.start();
    await turn();
    environment.socket.open();
    link.online();
    link.stop(1000, "enough");
    link.stop(1000, "again");
    expect(environment.socket.closed).toEqual({ code: 1000, reason: "enough" });
    expect(link.status).toEqual({ state: "closed", code: 1000, reason: "enough" });
    expect(states).toEqual(["connecting", "syncing", "online", "closed"]);
    expect([environment.timers, environment.networkListeners]).toEqual([0, 0]);
    environment.socket.drop();
    link.start();
    link.online();
    await environment.pass(3_600_000);
    expect(environment.sockets).toHaveLength(1);
    expect(states.at(-1)).toBe("closed");
  });

  it.each(["connecting", "syncing", "online", "waiting"] as const)(
    "by a listener that is told %s stays closed",
    async (state) => {
      stopAt = state;
      await run();
      expect(states.at(-1)).toBe("closed");
      expect(link.status.state).toBe("closed");
      expect(states.filter((one) => one === "closed")).toHaveLength(1);
      expect(environment.sockets.length).toBe(state === "connecting" ? 0 : 1);
      expect(opened).toBe(state === "connecting" || state === "syncing" ? 0 : 1);
      expect([environment.timers, environment.networkListeners]).toEqual([0, 0]);
    },
  );

  it("while the token is fetched opens no socket", async () => {
    link.start();
    link.stop(1000, "enough");
    await environment.pass(60_000);
    expect(environment.sockets).toHaveLength(0);
  });
});
