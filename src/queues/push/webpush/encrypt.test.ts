import { createECDH } from "node:crypto";
import { describe, expect, it } from "vitest";
import { WEB_PUSH_VECTOR } from "../../../../test/support/web-push-vector.ts";
import { decrypted } from "../../../hosts/native/push-simulator/web-push.ts";
import { encrypt, MAX_PLAINTEXT_BYTES } from "./encrypt.ts";

const bytes = (base64url: string) => new Uint8Array(Buffer.from(base64url, "base64url"));

async function senderKeys(): Promise<CryptoKeyPair> {
  const point = bytes(WEB_PUSH_VECTOR.senderPublic);
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((part) => Buffer.from(part).toString("base64url"));
  const jwk = { kty: "EC", crv: "P-256", ...(x !== undefined && y !== undefined && { x, y }) };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const publicKey = await crypto.subtle.importKey("jwk", jwk, curve, true, []);
  const privateKey = await crypto.subtle.importKey("jwk", { ...jwk, d: WEB_PUSH_VECTOR.senderPrivate }, curve, true, [
    "deriveBits",
  ]);
  return { publicKey, privateKey };
}

function receiverKeys() {
  const keys = createECDH("prime256v1");
  keys.setPrivateKey(WEB_PUSH_VECTOR.receiverPrivate, "base64url");
  return { keys, auth: Buffer.from(WEB_PUSH_VECTOR.auth, "base64url") };
}

const receiver = { p256dh: bytes(WEB_PUSH_VECTOR.receiverPublic), auth: bytes(WEB_PUSH_VECTOR.auth) };

describe("encryption for Web Push", () => {
  it("is that of RFC 8291, appendix A", async () => {
    const ephemeral = { keys: await senderKeys(), salt: bytes(WEB_PUSH_VECTOR.salt) };
    const body = await encrypt(new TextEncoder().encode(WEB_PUSH_VECTOR.plaintext), receiver, { ephemeral });
    expect(Buffer.from(body).toString("base64url")).toBe(WEB_PUSH_VECTOR.body);
  });

  it("is undone by the simulator, which was written apart", async () => {
    expect(decrypted(bytes(WEB_PUSH_VECTOR.body), receiverKeys())).toBe(WEB_PUSH_VECTOR.plaintext);
    const body = await encrypt(new TextEncoder().encode("padded"), receiver, { paddedBytes: 256 });
    expect(decrypted(body, receiverKeys())).toBe("padded");
  });

  it("makes bodies of one length of messages up to the same size", async () => {
    const sizes = ["a", "b".repeat(200)].map(async (text) => {
      return (await encrypt(new TextEncoder().encode(text), receiver, { paddedBytes: 256 })).length;
    });
    expect(new Set(await Promise.all(sizes)).size).toBe(1);
  });

  it("fills a push service's 4096 bytes and no more", async () => {
    const body = await encrypt(new Uint8Array(MAX_PLAINTEXT_BYTES), receiver, { paddedBytes: MAX_PLAINTEXT_BYTES });
    expect(body.length).toBe(4096);
  });

  it("uses a key and a salt once", async () => {
    const [one, two] = [await encrypt(new Uint8Array(8), receiver), await encrypt(new Uint8Array(8), receiver)];
    expect(Buffer.from(one.slice(0, 16))).not.toEqual(Buffer.from(two.slice(0, 16)));
    expect(Buffer.from(one.slice(21, 86))).not.toEqual(Buffer.from(two.slice(21, 86)));
  });
});
