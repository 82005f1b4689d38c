import { base64url, decodeProtectedHeader, exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { expect, it } from "vitest";
import type { HttpRequest, HttpResponse } from "../../src/queues/http.ts";
import { ApnsProvider } from "../../src/queues/push/apns/apns.ts";
import { FcmProvider } from "../../src/queues/push/fcm/fcm.ts";
import type { PushMessage, PushPorts, PushTarget } from "../../src/queues/push/provider.ts";
import { encrypt } from "../../src/queues/push/webpush/encrypt.ts";
import { WebPushProvider } from "../../src/queues/push/webpush/web-push.ts";
import { WEB_PUSH_VECTOR } from "../support/web-push-vector.ts";

const bytes = (text: string) => new Uint8Array(base64url.decode(text));

const message: PushMessage = {
  id: "push-1",
  title: "Alice",
  body: "👨‍👩‍👧‍👦".repeat(1000),
  badge: 3,
  sessionId: "SC_alice_bob",
  seqId: 7,
  data: {},
  collapseId: "SC_alice_bob.7",
  ttlSeconds: 3600,
  priority: "high",
};
const target: PushTarget = {
  tokenId: "token-1",
  address: { kind: "token", token: "token" },
  packageName: "org.example.chat",
  sandbox: false,
  registeredAtMs: 0,
};

/** Workers cannot reach a server here, so a function answers. */
function portsThat(answer: (request: HttpRequest) => HttpResponse) {
  const sent: HttpRequest[] = [];
  const http = async (request: HttpRequest) => {
    sent.push(request);
    return answer(request);
  };
  const ports: PushPorts = { http, clock: { nowMs: () => Date.now() }, random: () => 0.5 };
  return { ports, sent };
}

it("workerd encrypts for Web Push as in RFC 8291, appendix A", async () => {
  const point = bytes(WEB_PUSH_VECTOR.senderPublic);
  const coordinates = { x: base64url.encode(point.slice(1, 33)), y: base64url.encode(point.slice(33)) };
  const jwk = { kty: "EC", crv: "P-256", ...coordinates };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const publicKey = await crypto.subtle.importKey("jwk", jwk, curve, true, []);
  const privateJwk = { ...jwk, d: WEB_PUSH_VECTOR.senderPrivate };
  const privateKey = await crypto.subtle.importKey("jwk", privateJwk, curve, true, ["deriveBits"]);
  const receiver = { p256dh: bytes(WEB_PUSH_VECTOR.receiverPublic), auth: bytes(WEB_PUSH_VECTOR.auth) };
  const ephemeral = { keys: { publicKey, privateKey }, salt: bytes(WEB_PUSH_VECTOR.salt) };
  const body = await encrypt(new TextEncoder().encode(WEB_PUSH_VECTOR.plaintext), receiver, { ephemeral });
  expect(base64url.encode(body)).toBe(WEB_PUSH_VECTOR.body);
});

it("workerd signs for APNs, through a gateway, and cuts texts in whole characters", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { teamId: "TEAM", keyId: "KEY", privateKey: await exportPKCS8(privateKey) };
  const { ports, sent } = portsThat(() => ({ status: 200, headers: { "apns-id": "id" }, body: "" }));
  const apps = new Map([[target.packageName, key]]);
  const provider = new ApnsProvider({ apps, productionUrl: "https://gateway.example" }, ports);
  expect(await provider.send({ message, targets: [target] })).toEqual([{ kind: "sent", providerMessageId: "id" }]);
  const [request] = sent;
  expect(request?.url).toBe("https://gateway.example/3/device/token");
  const bearer = request?.headers.authorization?.replace("bearer ", "") ?? "";
  expect(decodeProtectedHeader(bearer)).toEqual({ alg: "ES256", kid: "KEY" });
  expect((await jwtVerify(bearer, publicKey)).payload.iss).toBe("TEAM");
  expect(JSON.parse(String(request?.body)).aps.alert.body).toMatch(/^(👨‍👩‍👧‍👦)+…$/u);
});

it("workerd signs for FCM", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const account = {
    project_id: "project",
    client_email: "push@example.org",
    private_key: await exportPKCS8(privateKey),
    token_uri: "https://oauth.example/token",
  };
  const { ports, sent } = portsThat(({ url }) => {
    const body = url === account.token_uri ? { access_token: "access", expires_in: 3600 } : { name: "message" };
    return { status: 200, headers: {}, body: JSON.stringify(body) };
  });
  const provider = new FcmProvider({ apps: new Map([[target.packageName, account]]) }, ports);
  expect(await provider.send({ message, targets: [target] })).toEqual([{ kind: "sent", providerMessageId: "message" }]);
  const assertion = new URLSearchParams(String(sent[0]?.body)).get("assertion") ?? "";
  const { payload } = await jwtVerify(assertion, publicKey, { audience: account.token_uri });
  expect(payload.iss).toBe("push@example.org");
  expect(sent[1]?.headers.authorization).toBe("Bearer access");
});

it("workerd sends to browsers", async () => {
  const keys = {
    publicKey: WEB_PUSH_VECTOR.senderPublic,
    privateKey: WEB_PUSH_VECTOR.senderPrivate,
    subject: "mailto:a@b.c",
  };
  const { ports, sent } = portsThat(() => ({ status: 201, headers: { location: "/m/1" }, body: "" }));
  const provider = new WebPushProvider({ apps: new Map([[target.packageName, keys]]) }, ports);
  const { receiverPublic: p256dh, auth } = WEB_PUSH_VECTOR;
  const address = { kind: "subscription", endpoint: "https://web.push.apple.com/x", p256dh, auth } as const;
  const outcomes = await provider.send({ message, targets: [{ ...target, address }] });
  expect(outcomes).toEqual([{ kind: "sent", providerMessageId: "/m/1" }]);
  expect(sent[0]?.body?.length).toBe(4096);
  expect(sent[0]?.headers.authorization).toMatch(/^vapid t=.+, k=.+/);
});
