import { type CryptoKey, decodeProtectedHeader, exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import type { ApnsSettings } from "../../../queues/push/apns/apns.ts";
import type { ApnsKey } from "../../../queues/push/apns/token.ts";
import {
  type Counter,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
  textOf,
} from "./vendor.ts";

/** By Apple's table; a reason that is not listed is answered with 400. */
const STATUSES: Readonly<Record<string, number>> = {
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  ExpiredProviderToken: 403,
  Forbidden: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadEnvironmentKeyIdInToken: 403,
  BadEnvironmentKeyInToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
};

const PUSH_TYPES = new Set(["alert", "background", "location", "voip", "complication", "fileprovider", "mdm"]);
const MAX_TOKEN_AGE_MS = 60 * 60_000;
/** How far the clocks of a sender and Apple may differ. */
const MAX_SKEW_MS = 60_000;
const TEAM_ID = "SIMULATED1";
const KEY_ID = "SIMKEY0001";

interface Payload {
  readonly aps: {
    readonly alert?: { readonly title?: string; readonly body?: string };
    readonly badge?: number;
    readonly "content-available"?: number;
  };
}

export class SimulatedApns implements SimulatedVendor {
  readonly provider = "apns";
  readonly key: ApnsKey;
  readonly #publicKey: CryptoKey;
  readonly #topics: ReadonlySet<string>;

  private constructor(key: ApnsKey, publicKey: CryptoKey, topics: ReadonlySet<string>) {
    this.key = key;
    this.#publicKey = publicKey;
    this.#topics = topics;
  }

  static async create(topics: readonly string[]): Promise<SimulatedApns> {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const key = { teamId: TEAM_ID, keyId: KEY_ID, privateKey: await exportPKCS8(privateKey) };
    return new SimulatedApns(key, publicKey, new Set(topics));
  }

  settings(url: string): ApnsSettings {
    return { apps: new Map([...this.#topics].map((topic) => [topic, this.key])), productionUrl: url, sandboxUrl: url };
  }

  tokensOf({ path }: SimulatedRequest): readonly string[] {
    return [decodeURIComponent(path.split("/").at(-1) ?? "")];
  }

  async answer(request: SimulatedRequest, counter: Counter): Promise<SimulatedAnswer> {
    const [token = ""] = this.tokensOf(request);
    const id = request.headers["apns-id"] ?? crypto.randomUUID();
    const reason = counter.errors.get(token) ?? (await this.#refusal(request)) ?? refusalOfRequest(request, token);
    if (reason !== undefined) return refused(reason, id);
    // SAFETY: a JSON object with `aps`, as just checked
    const payload = JSON.parse(textOf(request)) as Payload;
    const { alert, badge, "content-available": isSilent } = payload.aps;
    counter.deliver({
      token,
      kind: isSilent === 1 && alert === undefined ? "withdrawn" : "shown",
      ...alert,
      ...(badge !== undefined && { badge }),
      collapseId: request.headers["apns-collapse-id"] ?? id,
      raw: { headers: request.headers, payload },
    });
    return { status: 200, headers: { "apns-id": id } };
  }

  async #refusal({ headers }: SimulatedRequest): Promise<string | undefined> {
    const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (bearer === undefined) return "MissingProviderToken";
    try {
      if (decodeProtectedHeader(bearer).kid !== this.key.keyId) return "InvalidProviderToken";
      const options = { algorithms: ["ES256"], issuer: this.key.teamId, requiredClaims: ["iat"] };
      const { payload } = await jwtVerify(bearer, this.#publicKey, options);
      const ageMs = Date.now() - (payload.iat ?? 0) * 1000;
      if (ageMs > MAX_TOKEN_AGE_MS) return "ExpiredProviderToken";
      if (ageMs < -MAX_SKEW_MS) return "InvalidProviderToken";
    } catch {
      return "InvalidProviderToken";
    }
    if (headers["apns-topic"] === undefined) return "MissingTopic";
    return this.#topics.has(headers["apns-topic"]) ? undefined : "TopicDisallowed";
  }
}

/** `reason`, or `reason@timestamp` with the time at which the token died. */
function refused(reasonAndTime: string, id: string): SimulatedAnswer {
  const [reason = "", time] = reasonAndTime.split("@");
  const body = time === undefined ? { reason } : { reason, timestamp: Number(time) };
  return jsonAnswer(STATUSES[reason] ?? 400, body, { "apns-id": id });
}

function refusalOfRequest(request: SimulatedRequest, token: string): string | undefined {
  const { method, path, headers, body } = request;
  if (method !== "POST") return "MethodNotAllowed";
  if (!path.startsWith("/3/device/")) return "BadPath";
  if (!/^([0-9a-f]{2}){32,100}$/i.test(token)) return "BadDeviceToken";
  if (body.length === 0) return "PayloadEmpty";
  if (body.length > 4096) return "PayloadTooLarge";
  if (!/"aps":\{/.test(textOf(request))) return "PayloadEmpty";
  return refusalOfHeaders(headers);
}

function refusalOfHeaders(headers: SimulatedRequest["headers"]): string | undefined {
  const {
    "apns-push-type": type = "",
    "apns-priority": priority = "10",
    "apns-expiration": expiration = "0",
  } = headers;
  if (!PUSH_TYPES.has(type)) return "InvalidPushType";
  if (!["1", "5", "10"].includes(priority) || (type === "background" && priority === "10")) return "BadPriority";
  if (!/^\d+$/.test(expiration)) return "BadExpirationDate";
  if (Buffer.byteLength(headers["apns-collapse-id"] ?? "") > 64) return "BadCollapseId";
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(headers["apns-id"] ?? crypto.randomUUID());
  return isUuid ? undefined : "BadMessageId";
}
