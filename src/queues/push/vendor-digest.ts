import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** WebCrypto has no MD5 on every host, and vivo and Meizu ask for it. */
export function md5Hex(text: string): string {
  return bytesToHex(md5(utf8ToBytes(text)));
}

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

export function hmacSha256Base64(key: string, text: string): string {
  return btoa(String.fromCharCode(...hmac(sha256, utf8ToBytes(key), utf8ToBytes(text))));
}

/** A positive 31-bit number that stands for a collapse id where a vendor numbers its notifications. */
export function notifyIdOf(collapseId: string): number {
  return Number.parseInt(sha256Hex(collapseId).slice(0, 8), 16) & 0x7fffffff;
}
