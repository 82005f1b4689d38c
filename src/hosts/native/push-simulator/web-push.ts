import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, jwtVerify } from "jose";
import type { PushAddress } from "../../../queues/push/provider.ts";
import type { VapidKeys } from "../../../queues/push/webpush/vapid.ts";
import type { WebPushSettings } from "../../../queues/push/webpush/web-push.ts";
import type { Counter, SimulatedAnswer, SimulatedRequest, SimulatedVendor } from "./vendor.ts";

const PATH = "/push/";
const MAX_BODY_BYTES = 4096;
const MAX_VAPID_LIFE_SECONDS = 24 * 60 * 60;
const HEADER_BYTES = 16 + 4 + 1 + 65;
const TAG_BYTES = 16;

interface Browser {
  readonly keys: ReturnType<typeof createECDH>;
  readonly auth: Buffer;
  /** That it subscribed with. */
  readonly applicationServerKey: string;
}

interface Payload {
  readonly title?: string;
  readonly body?: string;
  readonly parley?: { readonly badge?: number; readonly collapseId?: string; readonly kind?: "message" | "withdraw" };
}

/** A push service together with its browsers: it can decrypt what a real one cannot. */
export class SimulatedWebPush implements SimulatedVendor {
  readonly provider = "webpush";
  readonly keys: VapidKeys;
  readonly #sites: readonly string[];
  readonly #browsers = new Map<string, Browser>();

  private constructor(keys: VapidKeys, sites: readonly string[]) {
    this.keys = keys;
    this.#sites = sites;
  }

  static async create(sites: readonly string[]): Promise<SimulatedWebPush> {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const { x = "", y = "", d = "" } = await exportJWK(privateKey);
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const keys = { publicKey: point.toString("base64url"), privateKey: d, subject: "mailto:operator@example.org" };
    return new SimulatedWebPush(keys, sites);
  }

  settings(url: string): WebPushSettings {
    return { apps: new Map(this.#sites.map((site) => [site, this.keys])), services: [url] };
  }

  /** What `pushManager.subscribe` gives a page. The last part of the endpoint stands for the token. */
  subscribe(url: string, applicationServerKey = this.keys.publicKey): PushAddress & { readonly kind: "subscription" } {
    const keys = createECDH("prime256v1");
    const p256dh = keys.generateKeys().toString("base64url");
    const [id, auth] = [randomBytes(12).toString("base64url"), randomBytes(16)];
    this.#browsers.set(id, { keys, auth, applicationServerKey });
    return { kind: "subscription", endpoint: url + PATH + id, p256dh, auth: auth.toString("base64url") };
  }

  tokensOf({ path }: SimulatedRequest): readonly string[] {
    return [path.slice(PATH.length)];
  }

  /** An ordered error is a status, with a `retry-after` behind a colon if there is to be one. */
  async answer(request: SimulatedRequest, counter: Counter): Promise<SimulatedAnswer> {
    const [token = ""] = this.tokensOf(request);
    const [error, retryAfter] = counter.errors.get(token)?.split(/:(.*)/) ?? [];
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    if (error !== undefined) return { status: Number(error), headers };
    const browser = this.#browsers.get(token);
    if (browser === undefined) return { status: 404 };
    const status = (await statusOfVapid(request, browser)) ?? statusOfRequest(request);
    if (status !== undefined) return { status };
    const text = decrypted(request.body, browser);
    if (text === undefined) return { status: 201 };
    // SAFETY: what is used of it may be absent
    const payload = JSON.parse(text) as Payload;
    const { badge, collapseId, kind } = payload.parley ?? {};
    counter.deliver({
      token,
      kind: kind === "withdraw" ? "withdrawn" : "shown",
      ...(payload.title !== undefined && { title: payload.title }),
      ...(payload.body !== undefined && { body: payload.body }),
      ...(badge !== undefined && { badge }),
      ...(collapseId !== undefined && { collapseId }),
      raw: { headers: request.headers, payload },
    });
    return { status: 201, headers: { location: `/message/${randomBytes(12).toString("base64url")}` } };
  }
}

/** RFC 8292: 401 without authorisation, 403 with a wrong one. */
async function statusOfVapid({ headers }: SimulatedRequest, browser: Browser): Promise<number | undefined> {
  const [, token, key = ""] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? "") ?? [];
  if (token === undefined) return 401;
  if (key !== browser.applicationServerKey) return 403;
  try {
    const { payload } = await jwtVerify(token, await publicKeyOf(key), {
      algorithms: ["ES256"],
      audience: `http://${headers.host}`,
      requiredClaims: ["exp", "sub"],
    });
    const isShort = (payload.exp ?? 0) * 1000 - Date.now() <= MAX_VAPID_LIFE_SECONDS * 1000;
    return isShort && /^(mailto|https):/.test(payload.sub ?? "") ? undefined : 403;
  } catch {
    return 403;
  }
}

export async function publicKeyOf(base64url: string) {
  const point = Buffer.from(base64url, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((bytes) => bytes.toString("base64url"));
  if (x === undefined || y === undefined) throw new Error("no point");
  return await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256");
}

function statusOfRequest({ method, headers, body }: SimulatedRequest): number | undefined {
  if (method !== "POST") return 405;
  if (!/^\d+$/.test(headers.ttl ?? "") || headers["content-encoding"] !== "aes128gcm") return 400;
  if (!/^[A-Za-z0-9_-]{0,32}$/.test(headers.topic ?? "")) return 400;
  if (!/^(very-low|low|normal|high)$/.test(headers.urgency ?? "normal")) return 400;
  return body.length > MAX_BODY_BYTES ? 413 : undefined;
}

/** `undefined` where the browser cannot read it; it would tell nobody. */
export function decrypted(body: Uint8Array, { keys, auth }: Pick<Browser, "keys" | "auth">): string | undefined {
  try {
    const bytes = Buffer.from(body);
    const [salt, sender, sealed] = [
      bytes.subarray(0, 16),
      bytes.subarray(21, HEADER_BYTES),
      bytes.subarray(HEADER_BYTES),
    ];
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), keys.getPublicKey(), sender]);
    const input = Buffer.from(hkdfSync("sha256", keys.computeSecret(sender), auth, info, 32));
    const contentKey = Buffer.from(hkdfSync("sha256", input, salt, "Content-Encoding: aes128gcm\0", 16));
    const nonce = Buffer.from(hkdfSync("sha256", input, salt, "Content-Encoding: nonce\0", 12));
    const cipher = createDecipheriv("aes-128-gcm", contentKey, nonce);
    cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const padded = Buffer.concat([cipher.update(sealed.subarray(0, -TAG_BYTES)), cipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString("utf8");
  } catch {
    return undefined;
  }
}
