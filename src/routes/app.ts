import type { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { ParleyError } from "../protocol/errors.ts";
import { apiRoutes } from "./api.ts";
import { openingOf } from "./connect.ts";
import { deploymentRoutes } from "./deployment-routes.ts";
import type { Deps } from "./deps.ts";
import { documentOf } from "./document.ts";
import { guard } from "./guards.ts";
import { healthRoutes } from "./health-routes.ts";
import { KeyLimits } from "./key-limits.ts";
import { metricsRoute } from "./metrics-route.ts";
import { phoneDeskRoutes } from "./phone-desk-route.ts";
import { Gatekeeper } from "./principal.ts";
import { codedOf, problem } from "./problem.ts";
import { pushReceipts } from "./push-receipt-route.ts";
import { type Authenticated, newRouter } from "./router.ts";
import { developmentTokenRoutes } from "./token-routes.ts";
import { Tokens } from "./tokens.ts";
import { tellingRequestId, watched } from "./watched.ts";

/** The HTTP side of Parley, the same on every host. */
export function createApp(deps: Deps): OpenAPIHono<Authenticated> {
  const tokens = new Tokens(deps.config.tokenSecret);
  const gatekeeper = new Gatekeeper(tokens, deps.config.serverKeys, deps);
  const app = newRouter();
  app.use(watched(deps));
  app.onError((thrown, c) => {
    if (!(codedOf(thrown) instanceof ParleyError))
      deps.logger.fault("route", thrown, { requestId: c.get("requestId") });
    return problem(c, thrown);
  });
  app.notFound((c) => problem(c, new ParleyError("NO_SUCH_ROUTE")));
  // Before the guards: nothing may be added to the answer to an upgrade.
  app.get("/v1/connect", async (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket")
      throw new ParleyError("BAD_PARAMETER", "connect with a WebSocket");
    c.set("upgraded", true);
    return deps.upgrade(c.req.raw, await openingOf(c.req.raw, tokens, deps));
  });
  app.use(tellingRequestId);
  guard(app, deps.config);
  app.route("/", healthRoutes(deps));
  app.get("/metrics", metricsRoute(deps));
  let document: string | undefined;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(documentOf(app));
    return c.body(document, 200, { "Content-Type": "application/json" });
  });
  if (deps.config.environment === "development") {
    app.route("/dev", developmentTokenRoutes(deps, tokens));
    app.route("/dev/push", phoneDeskRoutes(deps));
  }
  app.post("/v1/push/receipts/:provider", pushReceipts(deps));
  app.route("/v1", deploymentRoutes(deps));
  app.use("/v1/*", authenticating(deps, gatekeeper));
  app.route("/v1", apiRoutes(deps, tokens));
  return app;
}

function authenticating(deps: Deps, gatekeeper: Gatekeeper) {
  const limits = new KeyLimits();
  return createMiddleware<Authenticated>(async (c, next) => {
    const nowMs = deps.clock.nowMs();
    const principal = await gatekeeper.identify(c.req.raw, nowMs);
    if (principal.key !== undefined) limits.take(c, principal.key, nowMs);
    if ((await deps.settings(principal.app)).status === "suspended") throw new ParleyError("APP_SUSPENDED");
    c.set("principal", principal);
    c.header("Cache-Control", "no-store");
    await next();
  });
}
