import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { appRoom } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import { Done } from "../protocol/frames/done.ts";
import { type AppId, KeyId, UserId } from "../protocol/ids.ts";
import { keyIdOf } from "../protocol/key-id.ts";
import { type AppSettings, KeyRate, KeyScope, type StoredKey } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { requireServer } from "./acting.ts";
import { EXAMPLE_KEY } from "./components.ts";
import type { Deps } from "./deps.ts";
import { packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { OPERATION_SCOPES } from "./permit.ts";
import { actorOf, keyDigestOf } from "./principal.ts";
import { newRouter } from "./router.ts";

const KeyBody = z.object({
  name: z.string().min(1).max(128),
  /** `<family>:read` or `<family>:write`, as each operation says · `*`: all of them · `admin`: keys, settings and audit. */
  scopes: z.array(KeyScope).min(1).max(64),
  /** The key of a bot: it acts as this user and as nobody else, with their rights. */
  bot: UserId.optional(),
  /** ms since 1970; without it the key holds until it is revoked. */
  expiresAt: z.int().min(0).optional(),
  rate: KeyRate.optional(),
  /** Requests with it are signed (RFC 9421), and do not carry it. */
  signed: z.literal(true).optional(),
});
type KeyBody = z.infer<typeof KeyBody>;

const Key = z.object({ id: KeyId, ...KeyBody.shape, createdAt: z.int() });
const CreatedKey = z.object({
  ...Key.shape,
  /** The key itself, which is shown here only. */
  key: z.string(),
});

const given = { tag: "Keys", access: "server", scope: "admin" } as const;
const example = { name: "orders", scopes: ["messages:write", "users:read"], rate: { perSecond: 50, burst: 100 } };

const createKey = operation({
  ...given,
  method: "post",
  path: "/keys",
  id: "createKey",
  summary: "Make an API key",
  description: "Only its hash is kept. The same `Idempotency-Key` gives the same key again while it exists.",
  request: { body: KeyBody },
  example,
  answer: CreatedKey,
  errors: ["LIMIT_REACHED"],
});

const listKeys = operation({
  ...given,
  method: "get",
  path: "/keys",
  id: "listKeys",
  summary: "List API keys",
  request: {},
  answer: z.object({ keys: z.array(Key) }),
  answerExample: { keys: [{ id: EXAMPLE_KEY, ...example, createdAt: 1_790_000_000_000 }] },
});

const revokeKey = operation({
  ...given,
  method: "delete",
  path: "/keys/{keyId}",
  id: "revokeKey",
  summary: "Revoke an API key",
  description: "It is refused at once; on Workers other isolates may take it for up to 5 s.",
  request: { params: z.object({ keyId: KeyId }) },
  answer: Done,
  errors: ["NO_SUCH_KEY"],
});

/** API keys of the app. Those of the deployment's configuration are not among them. */
export function keyRoutes(deps: Deps) {
  return newRouter()
    .openapi(createKey, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const { app } = principal;
      return c.json(
        await makeKey(deps, { app, request: packIdOf(c), by: actorOf(principal) }, c.req.valid("json")),
        200,
      );
    })
    .openapi(listKeys, async (c) => {
      const { keys } = await settingsNow(deps, c.get("principal").app);
      const listed = Object.entries(keys).map(([id, { digest: _, ...key }]) => ({ id: KeyId.parse(id), ...key }));
      return c.json({ keys: listed }, 200);
    })
    .openapi(revokeKey, async (c) => {
      const principal = c.get("principal");
      const { keyId } = c.req.valid("param");
      if ((await settingsNow(deps, principal.app)).keys[keyId] === undefined) throw new ParleyError("NO_SUCH_KEY");
      const call = { type: "app.set", section: "key", id: keyId, value: null, by: actorOf(principal) } as const;
      unwrap(await deps.call(appRoom(principal.app), call));
      return c.json({}, 200);
    });
}

interface KeyRequest {
  readonly app: AppId;
  readonly request: ReturnType<typeof packIdOf>;
  readonly by: string;
}

/** The key follows from the deployment's secret and the request: a repeated request gives it again although it is not kept. */
export async function makeKey(deps: Deps, { app, request, by }: KeyRequest, body: KeyBody) {
  const unknown = body.scopes.find((scope) => scope !== "*" && !OPERATION_SCOPES.has(scope));
  if (unknown !== undefined) throw new ParleyError("BAD_PARAMETER", `scopes: no operation asks for ${unknown}`);
  const id = keyIdOf(app, request);
  const key = `ak_${app}_${id}_${secretOf(deps.config.tokenSecret, [app, request])}`;
  const known = (await settingsNow(deps, app)).keys[id];
  if (known !== undefined && !isSame(known, body)) throw new ParleyError("PACK_CONFLICT");
  const createdAt = known?.createdAt ?? deps.clock.nowMs();
  const value: StoredKey = { ...body, digest: keyDigestOf(key), createdAt };
  if (known === undefined) unwrap(await deps.call(appRoom(app), { type: "app.set", section: "key", id, value, by }));
  return { id, ...body, createdAt, key };
}

function isSame({ digest: _, createdAt: __, ...known }: StoredKey, body: KeyBody): boolean {
  const inOrder = ({ name, scopes, bot, expiresAt, rate, signed }: KeyBody) =>
    JSON.stringify([name, scopes, bot, expiresAt, rate, signed]);
  return inOrder(known) === inOrder(body);
}

function secretOf(secret: string, parts: readonly string[]): string {
  const text = new TextEncoder();
  const bytes = hmac(sha256, text.encode(secret), text.encode(JSON.stringify(["api-key", ...parts])));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** As they are, and not as they are remembered. */
export async function settingsNow(deps: Deps, app: AppId): Promise<AppSettings> {
  return unwrap(await deps.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what app.settings answers with
}
