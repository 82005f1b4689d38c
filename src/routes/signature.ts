import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { isSameSecret } from "../kernel/same-secret.ts";
import { ParleyError } from "../protocol/errors.ts";
import { AppId, type KeyId } from "../protocol/ids.ts";
import { SIGNATURE_WINDOW_MS } from "../protocol/limits.ts";

/** One label, these components in this order, these parameters in this order: a profile of RFC 9421 that leaves nothing to choose. */
const INPUT =
  /^parley=(\("@method" "@path" "@query"( "content-digest")?\);created=(\d{1,12});nonce="([A-Za-z0-9_-]{16,64})";keyid="ak_([a-z0-9][a-z0-9-]{0,31})_([0-9A-HJKMNP-TV-Z]{26})";alg="hmac-sha256")$/;
const SIGNATURE = /^parley=:([A-Za-z0-9+/]{43}=):$/;

/** What a signed request says of itself; nothing of it is proven yet. */
export interface Claim {
  readonly app: AppId;
  readonly keyId: KeyId;
  /** s since 1970 */
  readonly created: number;
  readonly nonce: string;
  readonly params: string;
  readonly coversBody: boolean;
}

export function claimIn(headers: Headers): Claim {
  const [, params, body, created, nonce, app, keyId] = INPUT.exec(headers.get("Signature-Input") ?? "") ?? [];
  if (params === undefined || nonce === undefined) throw new ParleyError("BAD_CREDENTIALS", "Signature-Input");
  const coversBody = body !== undefined;
  // SAFETY: matches the pattern
  return { app: AppId.parse(app), keyId: keyId as KeyId, created: Number(created), nonce, params, coversBody };
}

/** Throws unless the request is signed with this key, now, and as it is: method, path, query and body. */
export async function checkSignature(
  request: Request,
  claim: Claim,
  { digest, nowMs }: { digest: string; nowMs: number },
) {
  if (Math.abs(nowMs - claim.created * 1_000) > SIGNATURE_WINDOW_MS)
    throw new ParleyError("BAD_CREDENTIALS", "created");
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const contentDigest = `sha-256=:${base64(sha256(body))}:`;
  const isCovered = claim.coversBody ? request.headers.get("Content-Digest") === contentDigest : body.length === 0;
  if (!isCovered) throw new ParleyError("BAD_CREDENTIALS", "Content-Digest");
  const [, signature] = SIGNATURE.exec(request.headers.get("Signature") ?? "") ?? [];
  const expected = base64(
    hmac(sha256, hexToBytes(digest), new TextEncoder().encode(baseOf(request, claim, contentDigest))),
  );
  if (signature === undefined || !isSameSecret(signature, expected))
    throw new ParleyError("BAD_CREDENTIALS", "Signature");
}

/** The signature base (RFC 9421, 2.5). */
function baseOf({ method, url }: Request, { params, coversBody }: Claim, contentDigest: string): string {
  const { pathname, search } = new URL(url);
  return [
    `"@method": ${method}`,
    `"@path": ${pathname}`,
    `"@query": ${search === "" ? "?" : search}`,
    ...(coversBody ? [`"content-digest": ${contentDigest}`] : []),
    `"@signature-params": ${params}`,
  ].join("\n");
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
