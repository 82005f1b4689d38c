import { z } from "zod";
import { appRoom } from "../kernel/room-name.ts";
import type { AppId } from "../protocol/ids.ts";
import type { AppChanged } from "../protocol/rpc/app-call.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { PackageCredentials } from "../queues/push/config/credentials.ts";
import { PackageName } from "../queues/push/config/push-config.ts";
import { requireServer } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { actorOf, type Principal } from "./principal.ts";
import { newRouter } from "./router.ts";

const ofPackage = z.object({ packageName: PackageName.meta({ example: "org.example.chat" }) });
const given = { tag: "Push", access: "server" } as const;

/** What is said of credentials: never what they are. */
const Package = z.object({ packageName: z.string(), providers: z.array(z.string()) });

const listPushPackages = operation({
  ...given,
  method: "get",
  path: "/push/packages",
  id: "listPushPackages",
  summary: "Packages that the app has credentials of its own for",
  request: {},
  answer: z.object({ packages: z.array(Package) }),
  answerExample: { packages: [{ packageName: "org.example.chat", providers: ["fcm", "huawei"] }] },
});

const setPushPackage = operation({
  ...given,
  method: "put",
  path: "/push/packages/{packageName}",
  id: "setPushPackage",
  summary: "Set the credentials that a package is pushed to with",
  description:
    "All of them at once; they stand in the place of the deployment's for this package. They hold from now on; on Workers within 60 seconds. Nobody can read them again.",
  request: { params: ofPackage, body: PackageCredentials },
  example: { xiaomi: { appSecret: "secret-of-the-app" } },
  answer: Package,
  errors: ["LIMIT_REACHED"],
});

const removePushPackage = operation({
  ...given,
  method: "delete",
  path: "/push/packages/{packageName}",
  id: "removePushPackage",
  summary: "Forget the app's own credentials of a package",
  description: "Those of the deployment hold again, where it has any.",
  request: { params: ofPackage },
  answer: z.object({ removed: z.boolean() }),
});

function described(packageName: string, credentials: object): z.infer<typeof Package> {
  return { packageName, providers: Object.keys(credentials).sort() };
}

/** An app's own credentials for push, in the place of the deployment's. */
export function pushPackageRoutes(deps: Deps) {
  const settingsOf = async (app: AppId) => {
    const outcome = await deps.call(appRoom(app), { type: "app.settings" });
    return unwrap(outcome) as AppSettings; // SAFETY: what app.settings answers with
  };
  const set = async (principal: Principal, id: string, value: PackageCredentials | null) => {
    const change = { type: "app.set", section: "push", id, value, by: actorOf(principal) } as const;
    const outcome = await deps.call(appRoom(principal.app), change);
    return unwrap(outcome) as AppChanged; // SAFETY: what app.set answers with
  };
  return newRouter()
    .openapi(listPushPackages, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const { push } = await settingsOf(principal.app);
      const packages = Object.entries(push).map(([name, credentials]) => described(name, credentials));
      return c.json({ packages }, 200);
    })
    .openapi(setPushPackage, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const [{ packageName }, credentials] = [c.req.valid("param"), c.req.valid("json")];
      await set(principal, packageName, credentials);
      return c.json(described(packageName, credentials), 200);
    })
    .openapi(removePushPackage, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const { packageName } = c.req.valid("param");
      const { push } = await settingsOf(principal.app);
      const removed = Object.hasOwn(push, packageName);
      if (removed) await set(principal, packageName, null);
      return c.json({ removed }, 200);
    });
}
