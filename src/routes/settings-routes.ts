import { z } from "zod";
import { appRoom } from "../kernel/room-name.ts";
import type { AppId } from "../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import { AuditPage } from "../protocol/rpc/app-call.ts";
import { type AppSettings, PolicyOverrides } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { actorOf } from "./principal.ts";
import { count, newRouter } from "./router.ts";

const given = { tag: "Settings", access: "server", scope: "admin" } as const;

const Settings = z.object({
  /** Grows with every change. */
  version: z.int(),
  policy: PolicyOverrides,
});

const readSettings = operation({
  ...given,
  method: "get",
  path: "/settings",
  id: "readSettings",
  summary: "What the app has decided for itself",
  description: "Everything else is as the deployment has it.",
  request: {},
  answer: Settings,
  answerExample: { version: 1, policy: { messages: "friends" } },
});

const setPolicy = operation({
  ...given,
  method: "put",
  path: "/settings/policy",
  id: "setPolicy",
  summary: "Decide about the policy of the app",
  description:
    "The whole of it, `words` included: what is not given is as the deployment has it. Holds from now on; on Workers within 60 seconds.",
  request: { body: PolicyOverrides },
  example: { recallWindowMs: 300_000, friendship: "request" },
  answer: Settings,
  errors: ["LIMIT_REACHED"],
});

const readAudit = operation({
  ...given,
  method: "get",
  path: "/audit",
  id: "readAudit",
  summary: "What administrators did",
  description: "The newest first; the newest 100 000 are kept. Values that were set are not in it.",
  request: {
    query: z.object({ before: count(1).optional(), limit: count(1, MAX_PAGE_LIMIT).default(50) }),
  },
  answer: AuditPage,
  answerExample: {
    records: [{ id: 7, at: 1_790_000_000_000, by: "deployment", action: "policy.change", about: "" }],
    more: true,
  },
});

/** What the app decides for itself, and who decided it. */
export function settingsRoutes(deps: Deps) {
  return newRouter()
    .openapi(readSettings, async (c) => c.json(await shownSettings(deps, c.get("principal").app), 200))
    .openapi(setPolicy, async (c) => {
      const principal = c.get("principal");
      await changePolicy(deps, principal.app, { policy: c.req.valid("json"), by: actorOf(principal) });
      return c.json(await shownSettings(deps, principal.app), 200);
    })
    .openapi(readAudit, async (c) => {
      const call = { type: "app.audit", ...c.req.valid("query") } as const;
      return c.json(unwrap(await deps.call(appRoom(c.get("principal").app), call)) as AuditPage, 200); // SAFETY: what app.audit answers with
    });
}

export async function changePolicy(
  deps: Deps,
  app: AppId,
  { policy, by }: { policy: PolicyOverrides; by: string },
): Promise<void> {
  unwrap(await deps.call(appRoom(app), { type: "app.set", section: "policy", id: "", value: policy, by }));
}

async function shownSettings(deps: Deps, app: AppId): Promise<z.infer<typeof Settings>> {
  const settings = unwrap(await deps.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what app.settings answers with
  return { version: settings.version, policy: settings.policy };
}
