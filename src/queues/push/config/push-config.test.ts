import { describe, expect, it } from "vitest";
import { aMessage, aTarget } from "../../../../test/support/push.ts";
import { PUSH_PROVIDER_NAMES } from "../../../protocol/push-provider-name.ts";
import { ConfigError, readConfig } from "../../../routes/config.ts";
import type { HttpRequest } from "../../http.ts";
import { pushProviders } from "./providers.ts";
import type { PushConfig } from "./push-config.ts";

const variables = {
  PARLEY_ENV: "production",
  PARLEY_TOKEN_SECRET: "abcdefghijklmnopqrstuvwxyz0123456789",
  PARLEY_SERVER_KEYS: "sk_main_abcdefghijklmnopqrstuvwxyz0123456789",
};
const PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n";
const SECRET = "receipt-secret-0123";

const COMPLETE = {
  publicUrl: "https://chat.example.com/",
  packages: {
    "org.example.chat": {
      apns: { teamId: "ABCDE12345", keyId: "FGHIJ67890", privateKey: PEM },
      fcm: { type: "service_account", project_id: "p", client_email: "a@b.c", private_key: PEM },
      huawei: { clientId: "1", clientSecret: "s", receipts: { userName: "parley", key: "callback" } },
      honor: { appId: "1", clientId: "1", clientSecret: "s" },
      xiaomi: { appSecret: "s", receipts: { secret: SECRET } },
      meizu: { appId: "1", appSecret: "s", receipts: { accessToken: "a" } },
      vivo: { appId: "1", appKey: "k", appSecret: "s", receipts: { secret: SECRET } },
      oppo: { appKey: "k", masterSecret: "s" },
      webpush: { publicKey: `BA${"a".repeat(85)}`, privateKey: "b".repeat(43), subject: "mailto:ops@example.com" },
    },
  },
  providers: {
    apns: { productionUrl: "https://gateway.example.com", concurrency: 5 },
    vivo: { codes: { "10072": "quota" }, perSecond: 50 },
    webpush: { services: ["push.example.com"] },
  },
};

function read(json: unknown): PushConfig {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return readConfig({ ...variables, PARLEY_PUSH: text }).push;
}

function faultsOf(json: unknown): string {
  try {
    read(json);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("the configuration of push", () => {
  it("is empty where there is none: nobody can be reached", () => {
    for (const push of [readConfig(variables).push, read("  "), read({})]) expect(push.packages).toEqual({});
  });

  it("has credentials by package and provider, and settings by provider", () => {
    const { packages, providers } = read(COMPLETE);
    expect(Object.keys(packages["org.example.chat"] ?? {}).sort()).toEqual([...PUSH_PROVIDER_NAMES].sort());
    expect(providers.apns).toEqual({ productionUrl: "https://gateway.example.com", concurrency: 5 });
    expect(providers.fcm).toEqual({ concurrency: 20 });
    expect(providers.vivo.perSecond).toBe(50);
  });

  it("is parsed once, however often it is read", () => {
    expect(read(COMPLETE)).toBe(read(COMPLETE));
  });

  it("is refused with all its faults at once, and without its secrets", () => {
    const faults = faultsOf({
      publicUrl: "chat.example.com",
      packages: {
        "org.example.chat": {
          apns: { teamId: "short", keyId: "FGHIJ67890", privateKey: "topsecret" },
          xiaomi: { appSecret: "s", receipts: { secret: "too short" } },
          oppo: { appKey: "k" },
          blackberry: {},
        },
        "no package": {},
      },
      providers: { vivo: { codes: { "1": "explode" } }, fcm: { perSecond: 0 } },
    });
    for (const fault of [
      "at publicUrl:",
      "at packages › org.example.chat › apns › teamId:",
      "at packages › org.example.chat › apns › privateKey:",
      "at packages › org.example.chat › xiaomi › receipts › secret:",
      "at packages › org.example.chat › oppo › masterSecret:",
      'at packages › org.example.chat: Unrecognized key: "blackberry"',
      "at packages › no package:",
      "at providers › vivo › codes › 1:",
      "at providers › fcm › perSecond:",
    ])
      expect(faults).toContain(fault);
    expect(faults).not.toMatch(/topsecret|too short/);
  });

  it.each(["{", "[]", "null", "3"])("is refused when it is %s", (text) => {
    expect(faultsOf(text)).toContain("PARLEY_PUSH");
  });

  it("is refused where a field is spelt wrong, instead of being ignored", () => {
    expect(faultsOf({ packages: { a: { xiaomi: { appSecret: "s", chanelId: "1" } } } })).toContain('"chanelId"');
  });
});

describe("the providers of a configuration", () => {
  it("are where it says, and tell vendors where to post receipts", async () => {
    const sent: HttpRequest[] = [];
    const http = async (request: HttpRequest) => {
      sent.push(request);
      return { status: 200, headers: {}, body: '{"code":0,"result":"ok","data":{"id":"1"}}' };
    };
    const config = read({ ...COMPLETE, providers: { xiaomi: { baseUrl: "https://xiaomi.example.com" } } });
    const { xiaomi } = pushProviders(config, { http, clock: { nowMs: () => 0 }, random: () => 0 });
    const outcomes = await xiaomi.send({ message: aMessage(), targets: [aTarget()] });
    expect(outcomes).toEqual([{ kind: "sent", providerMessageId: "1" }]);
    expect(sent[0]?.url).toBe("https://xiaomi.example.com/v3/message/regid");

    const posted = new URLSearchParams(String(sent[0]?.body)).get("extra.callback");
    expect(posted).toBe(`https://chat.example.com/v1/push/receipts/xiaomi?secret=${SECRET}`);
  });

  it("know no package that it does not name", async () => {
    const http = () => Promise.reject(new Error("nobody is to be asked"));
    const providers = pushProviders(read({}), { http, clock: { nowMs: () => 0 }, random: () => 0 });
    for (const name of PUSH_PROVIDER_NAMES) {
      const [outcome] = await providers[name].send({ message: aMessage(), targets: [aTarget()] });
      expect(outcome).toMatchObject({ kind: "configError", reason: expect.stringContaining("unknown-package") });
    }
  });
});
