import type { CryptoKey } from "jose";

/** Message encryption for Web Push: RFC 8291, over the content coding `aes128gcm` of RFC 8188, in one record. */

const RECORD_BYTES = 4096;
const SALT_BYTES = 16;
const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;
const HEADER_BYTES = SALT_BYTES + 4 + 1 + PUBLIC_KEY_BYTES;
/** Of the whole body, header included: what push services must take (RFC 8030, 7.2). */
const MAX_BODY_BYTES = 4096;
/** What fits beside the header, the tag and the delimiter. */
export const MAX_PLAINTEXT_BYTES = MAX_BODY_BYTES - HEADER_BYTES - TAG_BYTES - 1;
/** Ends the plaintext of the last record. */
const LAST_RECORD = 2;

type Bytes = Uint8Array<ArrayBuffer>;

export interface Receiver {
  /** The subscription's key: a point of P-256, uncompressed. */
  readonly p256dh: Bytes;
  readonly auth: Bytes;
}

/** Under a name of its own, because the runtimes' types do not agree on one. */
interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** Of one message only. */
export interface Ephemeral {
  readonly keys: KeyPair;
  readonly salt: Bytes;
}

const encoder = new TextEncoder();

function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export async function newEphemeral(): Promise<Ephemeral> {
  const algorithm = { name: "ECDH", namedCurve: "P-256" };
  // SAFETY: this algorithm makes pairs
  const keys = (await crypto.subtle.generateKey(algorithm, true, ["deriveBits"])) as KeyPair;
  return { keys, salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)) };
}

async function hkdf(secret: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
}

async function sharedSecret(own: CryptoKey, theirs: Bytes): Promise<Bytes> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const algorithm = { name: "ECDH", public: await crypto.subtle.importKey("raw", theirs, curve, false, []) };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, own, 256));
}

async function rawPublic(keys: KeyPair): Promise<Bytes> {
  // SAFETY: "raw" exports bytes, only "jwk" does not
  return new Uint8Array((await crypto.subtle.exportKey("raw", keys.publicKey)) as ArrayBuffer);
}

/**
 * The body for a push service. `plaintext` is padded to `paddedBytes`, so that its length tells less. Throws where the
 * subscription's keys are no keys.
 */
export async function encrypt(
  plaintext: Uint8Array,
  receiver: Receiver,
  options: { readonly paddedBytes?: number; readonly ephemeral?: Ephemeral } = {},
): Promise<Bytes> {
  const { keys, salt } = options.ephemeral ?? (await newEphemeral());
  const sender = await rawPublic(keys);
  const secret = await sharedSecret(keys.privateKey, receiver.p256dh);
  const info = joined(encoder.encode("WebPush: info\0"), receiver.p256dh, sender);
  const input = await hkdf(secret, receiver.auth, info, 32);
  const [contentKey, nonce] = await Promise.all([
    hkdf(input, salt, joined(encoder.encode("Content-Encoding: aes128gcm\0")), 16),
    hkdf(input, salt, joined(encoder.encode("Content-Encoding: nonce\0")), 12),
  ]);
  const padding = new Uint8Array(Math.max(0, (options.paddedBytes ?? 0) - plaintext.length));
  const record = joined(plaintext, Uint8Array.of(LAST_RECORD), padding);
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["encrypt"]);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, record));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, RECORD_BYTES);
  return joined(salt, size, Uint8Array.of(sender.length), sender, sealed);
}
