import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { SimHttp } from "../../test/sim/http.ts";
import type { RoomCall } from "../kernel/effects.ts";
import type { RoomName } from "../kernel/room-name.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";

const SECRET = "secret-of-the-link-0123";
const PUSH = JSON.stringify({
  packages: {
    "org.example.one": { oppo: { appKey: "k", masterSecret: "s", receipts: { secret: "another-secret-0123" } } },
    "org.example.two": {
      oppo: { appKey: "k", masterSecret: "s", receipts: { secret: SECRET } },
      huawei: { clientId: "c", clientSecret: "s", receipts: { userName: "parley", key: "callback-key" } },
    },
  },
});

let calls: { room: RoomName; call: RoomCall }[];
let outcome: Outcome;
let http: SimHttp;
beforeEach(() => {
  calls = [];
  outcome = { ok: true, value: null };
  http = new SimHttp(
    { PARLEY_PUSH: PUSH },
    {
      call: async (room, call) => {
        calls.push({ room, call });
        return outcome;
      },
    },
  );
});

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  http.raw(`/v1/push/receipts/${path}`, { method: "POST", body, headers });
const event = (param: string, changes: object = {}) => ({
  ...{ messageId: `m-${param}`, appId: "1", taskId: "t", registrationIds: "device", eventTime: "1489993883189", param },
  ...changes,
});
const receipt = (changes: object) => ({
  ...{ kind: "delivered", token: "device", atMs: 1_489_993_883_189, isTokenDead: false },
  ...changes,
});

describe("a receipt", () => {
  it("goes to the mailbox of whom the push was for, and is counted", async () => {
    const events = [event("main/bob/1"), event("other/carol/2"), event("main/bob/3", { eventType: "regid_invalid" })];
    const answer = await post(`oppo?secret=${SECRET}`, JSON.stringify(events));
    expect([answer.status, await answer.json()]).toEqual([200, { code: 0, message: "success" }]);
    const failed = { kind: "failed", messageId: "m-main/bob/3", pushId: "main/bob/3", reason: "regid_invalid" };
    expect(calls).toEqual([
      {
        room: "main/mailbox/bob",
        call: {
          type: "push.receipt",
          provider: "oppo",
          receipts: [
            receipt({ messageId: "m-main/bob/1", pushId: "main/bob/1" }),
            receipt({ ...failed, isTokenDead: true }),
          ],
        },
      },
      {
        room: "other/mailbox/carol",
        call: {
          type: "push.receipt",
          provider: "oppo",
          receipts: [receipt({ messageId: "m-other/carol/2", pushId: "other/carol/2" })],
        },
      },
    ]);
    const { pushes } = http.measures;
    expect([pushes.of("oppo", "delivered").value, pushes.of("oppo", "failed").value]).toEqual([2, 1]);
  });

  it("that does not say whose push it was is only counted", async () => {
    const events = [event("a-digest"), event("", { param: undefined })];
    expect((await post(`oppo?secret=${SECRET}`, JSON.stringify(events))).status).toBe(200);
    expect([calls, http.measures.pushes.of("oppo", "delivered").value]).toEqual([[], 2]);
  });

  it("comes in a form of the vendor's own, whatever its type is said to be", async () => {
    const timestamp = String(http.world.nowMs);
    const value = createHmac("sha256", "callback-key").update(`${timestamp}nonceparley`).digest("base64");
    const headers = {
      "X-HUAWEI-CALLBACK-ID": `timestamp=${timestamp}; nonce=nonce; value=${value}`,
      "Content-Type": "text/plain",
    };
    const statuses = [{ biTag: "main/bob/1", token: "t", status: 0, timestamp: 5, requestId: "r" }];
    const answer = await post("huawei", JSON.stringify({ statuses }), headers);
    expect(await answer.json()).toEqual({ code: "0", message: "success" });
    expect(calls).toMatchObject([{ room: "main/mailbox/bob", call: { receipts: [{ messageId: "r", token: "t" }] } }]);
  });

  it.each([
    ["oppo", 401],
    ["oppo?secret=", 401],
    ["oppo?secret=wrong", 401],
    ["huawei", 401],
    ["huawei?secret=secret-of-the-link-0123", 401],
    // Nothing is set up for its receipts.
    ["vivo?secret=secret-of-the-link-0123", 401],
    // These post none.
    ["apns", 404],
    ["constructor", 404],
  ])("to %s is refused with %i", async (path, status) => {
    expect((await post(path, JSON.stringify([event("main/bob/1")]))).status).toBe(status);
    expect(calls).toEqual([]);
  });

  it("that cannot be read is refused", async () => {
    expect((await post(`oppo?secret=${SECRET}`, "{")).status).toBe(400);
    expect(calls).toEqual([]);
  });

  it("is not taken while a mailbox cannot be reached, so that the vendor posts it again", async () => {
    outcome = { ok: false, error: "UNAVAILABLE", message: "" };
    expect((await post(`oppo?secret=${SECRET}`, JSON.stringify([event("main/bob/1")]))).status).toBe(503);
    expect(http.measures.pushes.of("oppo", "delivered").value).toBe(0);
  });
});
