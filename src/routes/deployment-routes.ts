import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { appRoom, DEPLOYMENT_ROOM } from "../kernel/room-name.ts";
import { isSameSecret } from "../kernel/same-secret.ts";
import { ParleyError } from "../protocol/errors.ts";
import { AppId } from "../protocol/ids.ts";
import { jurisdictionOf } from "../protocol/jurisdiction.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import { AppPage, AppRecord } from "../protocol/rpc/app-call.ts";
import { type AppSettings, PolicyOverrides } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { packIdOf } from "./idempotency.ts";
import { makeKey } from "./key-routes.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";
import { changePolicy } from "./settings-routes.ts";

const ROOT = "root";
const given = { tag: "Apps", access: "root" } as const;
const ofApp = z.object({ app: AppId.meta({ example: "acme" }) });

const App = z.object({
  ...AppRecord.shape,
  status: z.enum(["active", "suspended"]),
  policy: PolicyOverrides,
  /** Where its rooms are kept, on Workers: an id that ends with `--eu` says so. */
  jurisdiction: z.string().optional(),
});
const example = { app: "acme", name: "Acme Inc.", createdAt: 1_790_000_000_000, status: "active", policy: {} };

const createApp = operation({
  ...given,
  method: "post",
  path: "/apps",
  id: "createApp",
  summary: "Create an app",
  description: `The answer has its first key, which may do everything in the app and make further keys; it is shown here only.
An id that ends with \`--eu\`, \`--us\` or \`--fedramp\` is an app whose rooms Workers keep in that jurisdiction, for good.`,
  request: { body: z.object({ app: AppId, name: z.string().max(128).default("") }) },
  example: { app: "acme", name: "Acme Inc." },
  answer: z.object({ ...App.shape, key: z.string() }),
  errors: ["APP_EXISTS"],
});

const listApps = operation({
  ...given,
  method: "get",
  path: "/apps",
  id: "listApps",
  summary: "List apps",
  description: "By id. Apps that are only in the configuration's keys are not in it.",
  request: { query: z.object({ after: z.string().max(64).default(""), limit: count(1, MAX_PAGE_LIMIT).default(50) }) },
  answer: AppPage,
});

const readApp = operation({
  ...given,
  method: "get",
  path: "/apps/{app}",
  id: "readApp",
  summary: "An app",
  request: { params: ofApp },
  answer: App,
  answerExample: example,
  errors: ["NO_SUCH_APP"],
});

const configureApp = operation({
  ...given,
  method: "put",
  path: "/apps/{app}/policy",
  id: "configureApp",
  summary: "Decide about the policy of an app",
  request: { params: ofApp, body: PolicyOverrides },
  example: { messages: "friends" },
  answer: App,
  errors: ["NO_SUCH_APP", "LIMIT_REACHED"],
});

const suspendApp = operation({
  ...given,
  method: "post",
  path: "/apps/{app}/suspend",
  id: "suspendApp",
  summary: "Suspend an app",
  description:
    "Every request of it is refused (`APP_SUSPENDED`), its connections end, nothing is stored. On Workers within 60 seconds.",
  request: { params: ofApp },
  answer: App,
  errors: ["NO_SUCH_APP"],
});

const resumeApp = operation({
  ...given,
  method: "post",
  path: "/apps/{app}/resume",
  id: "resumeApp",
  summary: "Let a suspended app go on",
  request: { params: ofApp },
  answer: App,
  errors: ["NO_SUCH_APP"],
});

/** Apps, for whoever runs the deployment and has its root key. */
export function deploymentRoutes(deps: Deps) {
  const router = newRouter();
  router.use("/apps", forRoot(deps));
  router.use("/apps/*", forRoot(deps));
  return router
    .openapi(createApp, async (c) => {
      const { app, name } = c.req.valid("json");
      const request = packIdOf(c);
      if (deps.config.serverKeys.some((key) => key.app === app))
        throw new ParleyError("APP_EXISTS", "in the configuration");
      unwrap(await deps.call(DEPLOYMENT_ROOM, { type: "apps.add", app, name, request }));
      const scopes = ["*", "admin"];
      const { key } = await makeKey(deps, { app, request, by: ROOT }, { name: "first key", scopes });
      return c.json({ ...(await shownApp(deps, app)), key }, 200);
    })
    .openapi(listApps, async (c) => {
      const call = { type: "apps.list", ...c.req.valid("query") } as const;
      return c.json(unwrap(await deps.call(DEPLOYMENT_ROOM, call)) as AppPage, 200); // SAFETY: what apps.list answers with
    })
    .openapi(readApp, async (c) => c.json(await shownApp(deps, c.req.valid("param").app), 200))
    .openapi(configureApp, async (c) => {
      const { app } = c.req.valid("param");
      await shownApp(deps, app);
      await changePolicy(deps, app, { policy: c.req.valid("json"), by: ROOT });
      return c.json(await shownApp(deps, app), 200);
    })
    .openapi(suspendApp, async (c) => c.json(await setStatus(deps, c.req.valid("param").app, "suspended"), 200))
    .openapi(resumeApp, async (c) => c.json(await setStatus(deps, c.req.valid("param").app, "active"), 200));
}

function forRoot({ config: { rootKey } }: Deps) {
  return createMiddleware(async (c: Context, next) => {
    const [, credential] = /^Bearer (.+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
    if (credential === undefined) throw new ParleyError("IDENTITY_MISSING");
    if (rootKey === undefined || !isSameSecret(credential, rootKey)) throw new ParleyError("BAD_CREDENTIALS");
    c.header("Cache-Control", "no-store");
    await next();
  });
}

async function setStatus(deps: Deps, app: AppId, status: AppSettings["status"]) {
  await shownApp(deps, app);
  unwrap(await deps.call(appRoom(app), { type: "app.status", status, by: ROOT }));
  return shownApp(deps, app);
}

/** An app of the configuration was never registered, and can be looked at and suspended like any other. */
async function shownApp(deps: Deps, app: AppId): Promise<z.infer<typeof App>> {
  const settings = unwrap(await deps.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what app.settings answers with
  const { status, policy } = settings;
  const jurisdiction = jurisdictionOf(app);
  const shown = { status, policy, ...(jurisdiction === undefined ? {} : { jurisdiction }) };
  if (deps.config.serverKeys.some((key) => key.app === app)) return { app, name: "", createdAt: 0, ...shown };
  const record = unwrap(await deps.call(DEPLOYMENT_ROOM, { type: "apps.get", app })) as AppRecord; // SAFETY: what apps.get answers with
  return { ...record, ...shown };
}
