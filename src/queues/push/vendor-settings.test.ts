import { describe, expect, it } from "vitest";
import { aMessage, aTarget } from "../../../test/support/push.ts";
import type { HttpRequest } from "../http.ts";
import { HonorProvider } from "./honor/honor.ts";
import { HuaweiProvider } from "./huawei/huawei.ts";
import { MeizuProvider } from "./meizu/meizu.ts";
import { OppoProvider } from "./oppo/oppo.ts";
import type { PushPorts, PushProvider } from "./provider.ts";
import { VivoProvider } from "./vivo/vivo.ts";
import { XiaomiProvider } from "./xiaomi/xiaomi.ts";

const PACKAGE = "org.example.chat";
const ACTIVITY = "org.example.chat.Main";
const RECEIPTS = "https://chat.example/v1/push/receipts?secret=s";

/** What the vendor was asked last; every request for a token is answered with one. */
async function lastBody(make: (ports: PushPorts) => PushProvider): Promise<string> {
  const requests: HttpRequest[] = [];
  const answer = { code: 0, result: 0, access_token: "t", authToken: "t", data: { auth_token: "t" } };
  const provider = make({
    clock: { nowMs: () => 1_700_000_000_000 },
    random: () => 0.5,
    http: async (request) => {
      requests.push(request);
      return { status: 200, headers: {}, body: JSON.stringify(answer) };
    },
  });
  await provider.send({ message: aMessage(), targets: [aTarget()] });
  return String(requests.at(-1)?.body);
}

function only<App>(app: App): ReadonlyMap<string, App> {
  return new Map([[PACKAGE, app]]);
}

/** A form's field that is JSON, or the whole body that is. */
function jsonIn(body: string, field: string): unknown {
  return JSON.parse(new URLSearchParams(body).get(field) ?? "null");
}

const INTENT = expect.stringMatching(
  /^intent:#Intent;launchFlags=0x4000000;component=org\.example\.chat\/org\.example\.chat\.Main;S\.parley=.+;end$/,
);

describe("the settings of an app", () => {
  it("at Huawei: activity, class and channel", async () => {
    const app = { clientId: "c", clientSecret: "s", activity: ACTIVITY, category: "WORK", channelId: "chat" };
    const { message } = JSON.parse(await lastBody((ports) => new HuaweiProvider({ apps: only(app) }, ports)));
    expect(message.android).toMatchObject({ category: "WORK", bi_tag: "push-1", ttl: "3600s", urgency: "HIGH" });
    const notification = { channel_id: "chat", click_action: { type: 1, intent: INTENT }, default_sound: true };
    expect(message.android.notification).toMatchObject(notification);
    // The intent carries it, and the room is small.
    expect(message.data).toBeUndefined();
  });

  it("at Honor: activity and importance", async () => {
    const app = { appId: "1", clientId: "c", clientSecret: "s", activity: ACTIVITY, importance: "LOW" } as const;
    const { android } = JSON.parse(await lastBody((ports) => new HonorProvider({ apps: only(app) }, ports)));
    expect(android).toMatchObject({
      biTag: "push-1",
      notification: { importance: "LOW", clickAction: { type: 1, intent: INTENT } },
    });
  });

  it("at Xiaomi: activity, channel and receipts", async () => {
    const app = { appSecret: "s", activity: ACTIVITY, channelId: "77", receiptUrl: RECEIPTS };
    const body = await lastBody((ports) => new XiaomiProvider({ apps: only(app) }, ports));
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      "extra.notify_effect": "2",
      "extra.intent_uri": INTENT,
      "extra.channel_id": "77",
      "extra.callback": RECEIPTS,
      "extra.callback.type": "19",
      "extra.callback.param": "push-1",
      time_to_live: "3600000",
    });
  });

  it("at Meizu: activity and receipts", async () => {
    const app = { appId: "1", appSecret: "s", activity: ACTIVITY, receiptUrl: RECEIPTS };
    const body = await lastBody((ports) => new MeizuProvider({ apps: only(app) }, ports));
    expect(jsonIn(body, "messageJson")).toMatchObject({
      clickTypeInfo: { clickType: 1, activity: ACTIVITY, parameters: { parley: expect.any(String) } },
      pushTimeInfo: { offLine: 1, validTime: 1 },
      extra: { callback: RECEIPTS, "callback.type": 3, "callback.param": "push-1" },
    });
  });

  it("at vivo: activity, class, test pushes and receipts", async () => {
    const own = { category: "TODO", activity: ACTIVITY, testPush: true, receiptUrl: RECEIPTS, receiptId: "5" };
    const app = { appId: "1", appKey: "k", appSecret: "s", ...own };
    const body = await lastBody((ports) => new VivoProvider({ apps: only(app) }, ports));
    expect(JSON.parse(body)).toMatchObject({
      skipType: 4,
      skipContent: INTENT,
      category: "TODO",
      classification: 1,
      pushMode: 1,
      extra: { callback: RECEIPTS, "callback.param": "push-1", "callback.id": "5" },
    });
  });

  it("at OPPO: activity, class, channel and receipts", async () => {
    const own = { activity: ACTIVITY, category: "IM", channelId: "chat", receiptUrl: RECEIPTS };
    const app = { appKey: "k", masterSecret: "s", ...own };
    const body = await lastBody((ports) => new OppoProvider({ apps: only(app) }, ports));
    const notification = {
      click_action_type: 4,
      click_action_activity: ACTIVITY,
      category: "IM",
      channel_id: "chat",
      call_back_url: RECEIPTS,
      call_back_parameter: "push-1",
      badge_operation_type: 0,
      badge_message_count: 3,
    };
    expect(jsonIn(body, "messages")).toMatchObject([{ target_type: 2, notification }]);
  });

  it("may say what a code means", async () => {
    const answers = { status: 200, headers: {}, body: '{"code":31337}' };
    const ports: PushPorts = { clock: { nowMs: () => 0 }, random: () => 0.5, http: async () => answers };
    const settings = { apps: only({ appSecret: "s" }), codes: { "31337": "slowDown" } } as const;
    const batch = { message: aMessage(), targets: [aTarget()] };
    expect(await new XiaomiProvider(settings, ports).send(batch)).toEqual([
      { kind: "retry", reason: "31337", afterMs: 30_000 },
    ]);
  });
});
