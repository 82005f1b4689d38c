import { beforeEach, describe, expect, it } from "vitest";
import { chat } from "../../test/sim/names.ts";
import { turn } from "../../test/support/fake-environment.ts";
import { message } from "../../test/support/fake-log.ts";
import { FakeServer } from "../../test/support/fake-server.ts";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer("carol");
});

describe("monitors", () => {
  it("start, stop and list what the user observes", async () => {
    server.on("monitor.start", () => ({ seqId: 7 }));
    server.on("monitor.stop", () => ({ seqId: 9 }));
    server.on("monitor.sync", () => ({ sessions: [{ sessionId: chat, sinceSeqId: 7, lastSeqId: 8 }] }));
    const { monitors } = await server.online();
    expect(await monitors.start(chat)).toBe(7);
    expect(await monitors.list()).toEqual([{ sessionId: chat, sinceSeqId: 7, lastSeqId: 8 }]);
    expect(await monitors.stop(chat)).toBe(9);
    expect(server.requests.filter(({ type }) => type.startsWith("monitor."))).toMatchObject([
      { type: "monitor.start", sessionId: chat },
      { type: "monitor.sync" },
      { type: "monitor.stop", sessionId: chat },
    ]);
  });

  it("ask again, under the same packId, while the session cannot be reached", async () => {
    let times = 0;
    server.on("monitor.start", () => {
      times += 1;
      return times === 1 ? "UNAVAILABLE" : { seqId: 3 };
    });
    const { monitors } = await server.online();
    const started = monitors.start(chat);
    await turn();
    await server.environment.pass(10_000);
    expect(await started).toBe(3);
    const [first, second] = server.asked("monitor.start");
    expect(second?.packId).toBe(first?.packId);
  });

  it("reject without the scope", async () => {
    server.on("monitor.start", () => "ACCESS_DENIED");
    const { monitors } = await server.online();
    await expect(monitors.start(chat)).rejects.toMatchObject({ errorName: "ACCESS_DENIED" });
  });

  it("hand out what is observed as such, and not as sessions of the user", async () => {
    const client = await server.online();
    const heard: unknown[] = [];
    client.on("observed", ({ sessionId, entry }) => heard.push([sessionId, entry.seqId]));
    client.on("entry", () => heard.push("entry"));
    client.on("session", () => heard.push("session"));
    server.say({ type: "observed", sessionId: chat, entries: [message(8), message(9)] });
    await turn();
    expect(heard).toEqual([
      [chat, 8],
      [chat, 9],
    ]);
    expect([client.sessions(), server.asked("msg.received")]).toEqual([[], []]);
  });
});
