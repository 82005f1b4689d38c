import { randomBytes } from "node:crypto";
import { type CryptoKey, exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import type { ServiceAccount } from "../../../queues/push/fcm/access-token.ts";
import type { FcmSettings } from "../../../queues/push/fcm/fcm.ts";
import {
  type Counter,
  CREDENTIAL,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
  textOf,
} from "./vendor.ts";

const TOKEN_PATH = "/token";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const TOKEN_LIFE_SECONDS = 3600;
const PROJECT = "simulated-project";
const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";

/** HTTP status and Google's status of each error code of FCM. */
const STATUSES: Readonly<Record<string, readonly [number, string]>> = {
  UNSPECIFIED_ERROR: [400, "UNKNOWN"],
  INVALID_ARGUMENT: [400, "INVALID_ARGUMENT"],
  UNREGISTERED: [404, "NOT_FOUND"],
  SENDER_ID_MISMATCH: [403, "PERMISSION_DENIED"],
  QUOTA_EXCEEDED: [429, "RESOURCE_EXHAUSTED"],
  UNAVAILABLE: [503, "UNAVAILABLE"],
  INTERNAL: [500, "INTERNAL"],
  THIRD_PARTY_AUTH_ERROR: [401, "UNAUTHENTICATED"],
};

interface Message {
  readonly token?: unknown;
  readonly notification?: { readonly title?: string; readonly body?: string };
  readonly data?: Readonly<Record<string, unknown>>;
  readonly android?: {
    readonly collapse_key?: string;
    readonly notification?: { readonly notification_count?: number };
  };
}

export class SimulatedFcm implements SimulatedVendor {
  readonly provider = "fcm";
  readonly #account: Omit<ServiceAccount, "token_uri">;
  readonly #publicKey: CryptoKey;
  readonly #packages: readonly string[];
  /** When each access token expires. */
  readonly #granted = new Map<string, number>();

  private constructor(account: Omit<ServiceAccount, "token_uri">, publicKey: CryptoKey, packages: readonly string[]) {
    this.#account = account;
    this.#publicKey = publicKey;
    this.#packages = packages;
  }

  static async create(packages: readonly string[]): Promise<SimulatedFcm> {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const account = {
      project_id: PROJECT,
      client_email: `push@${PROJECT}.iam.gserviceaccount.com`,
      private_key_id: "simulated",
      private_key: await exportPKCS8(privateKey),
    };
    return new SimulatedFcm(account, publicKey, packages);
  }

  settings(url: string): FcmSettings {
    const account = { ...this.#account, token_uri: url + TOKEN_PATH };
    return { apps: new Map(this.#packages.map((name) => [name, account])), baseUrl: url };
  }

  /** Forgets all access tokens, as if they had been revoked. */
  revokeTokens(): void {
    this.#granted.clear();
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    return request.path === TOKEN_PATH ? [CREDENTIAL] : [String(messageOf(request)?.token)];
  }

  async answer(request: SimulatedRequest, counter: Counter): Promise<SimulatedAnswer> {
    if (request.path === TOKEN_PATH) return await this.#grant(request, counter.errors.get(CREDENTIAL));
    const { authorization = "" } = request.headers;
    const expiresAtMs = this.#granted.get(authorization.replace(/^Bearer /, ""));
    if (expiresAtMs === undefined || expiresAtMs <= Date.now()) return refused(401, "UNAUTHENTICATED", []);
    if (request.path !== `/v1/projects/${PROJECT}/messages:send`) return refused(403, "PERMISSION_DENIED", []);
    const message = messageOf(request);
    if (typeof message?.token !== "string") return badField("message.token");
    const code = counter.errors.get(message.token);
    return code === undefined ? accepted(message, message.token, counter) : ordered(code);
  }

  async #grant(request: SimulatedRequest, error: string | undefined): Promise<SimulatedAnswer> {
    const form = new URLSearchParams(textOf(request));
    if (form.get("grant_type") !== GRANT_TYPE) return jsonAnswer(400, { error: "unsupported_grant_type" });
    if (error !== undefined) return jsonAnswer(400, { error });
    try {
      const { payload } = await jwtVerify(form.get("assertion") ?? "", this.#publicKey, {
        algorithms: ["RS256"],
        issuer: this.#account.client_email,
        audience: `http://${request.headers.host}${TOKEN_PATH}`,
        requiredClaims: ["iat", "exp", "scope"],
      });
      const { iat = 0, exp = 0, scope } = payload;
      if (exp - iat > TOKEN_LIFE_SECONDS || scope !== SCOPE) throw new Error("not as Google wants it");
    } catch {
      return jsonAnswer(400, { error: "invalid_grant" });
    }
    const token = `ya29.${randomBytes(32).toString("base64url")}`;
    this.#granted.set(token, Date.now() + TOKEN_LIFE_SECONDS * 1000);
    return jsonAnswer(200, { access_token: token, expires_in: TOKEN_LIFE_SECONDS, token_type: "Bearer" });
  }
}

function messageOf(request: SimulatedRequest): Message | undefined {
  try {
    // SAFETY: what is used of it is checked
    return (JSON.parse(textOf(request)) as { message?: Message }).message;
  } catch {
    return undefined;
  }
}

function accepted(message: Message, token: string, counter: Counter): SimulatedAnswer {
  const { notification, data = {}, android } = message;
  const bad = Object.values(data).findIndex((value) => typeof value !== "string");
  if (bad >= 0) return badField(`message.data[${bad}].value`);
  if (Buffer.byteLength(JSON.stringify({ notification, data })) > 4096) return ordered("INVALID_ARGUMENT");
  const badge = android?.notification?.notification_count;
  counter.deliver({
    token,
    kind: notification === undefined ? "withdrawn" : "shown",
    ...notification,
    ...(badge !== undefined && { badge }),
    ...(android?.collapse_key !== undefined && { collapseId: android.collapse_key }),
    raw: message,
  });
  return jsonAnswer(200, { name: `projects/${PROJECT}/messages/${randomBytes(8).toString("hex")}` });
}

function refused(status: number, name: string, details: readonly object[], message = name): SimulatedAnswer {
  return jsonAnswer(status, { error: { code: status, status: name, message, details } });
}

function badField(field: string): SimulatedAnswer {
  const violation = { field, description: "Invalid value" };
  return refused(400, "INVALID_ARGUMENT", [{ "@type": BAD_REQUEST, fieldViolations: [violation] }]);
}

/** `message.token` and other fields stand for a request that is malformed there. */
function ordered(code: string): SimulatedAnswer {
  if (code.startsWith("message.")) return badField(code);
  const [status, name] = STATUSES[code] ?? [400, code];
  return refused(status, name, [{ "@type": FCM_ERROR, errorCode: code }]);
}
