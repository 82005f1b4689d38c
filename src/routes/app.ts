import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { ParleyError } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../protocol/limits.ts";
import { apiRoutes } from "./api.ts";
import { openingOf } from "./connect.ts";
import type { Deps } from "./deps.ts";
import { documentOf } from "./document.ts";
import { healthRoutes } from "./health-routes.ts";
import { Gatekeeper } from "./principal.ts";
import { codedOf, problem } from "./problem.ts";
import { type Authenticated, newRouter } from "./router.ts";
import { developmentTokenRoutes } from "./token-routes.ts";
import { Tokens } from "./tokens.ts";

const MAX_DRAINED_BYTES = 8 * MAX_FRAME_BYTES;

/** The HTTP side of Parley, the same on every host. */
export function createApp(deps: Deps): OpenAPIHono<Authenticated> {
  const tokens = new Tokens(deps.config.tokenSecret);
  const gatekeeper = new Gatekeeper(tokens, deps.config.serverKeys);
  const app = newRouter();
  app.onError((thrown, c) => {
    if (!(codedOf(thrown) instanceof ParleyError)) deps.onFault(thrown);
    return problem(c, thrown);
  });
  app.notFound((c) => problem(c, new ParleyError("NO_SUCH_ROUTE")));
  app.route("/", healthRoutes());
  app.get("/v1/connect", async (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket")
      throw new ParleyError("BAD_PARAMETER", "connect with a WebSocket");
    return deps.upgrade(c.req.raw, await openingOf(c.req.raw, tokens, deps.clock.nowMs()));
  });
  let document: string | undefined;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(documentOf(app));
    return c.body(document, 200, { "Content-Type": "application/json" });
  });
  app.use(bodyLimit({ maxSize: MAX_FRAME_BYTES, onError: tooLong }));
  app.use(takeAsJson);
  if (deps.config.environment === "development") app.route("/dev", developmentTokenRoutes(deps, tokens));
  app.use("/v1/*", authenticating(deps, gatekeeper));
  app.route("/v1", apiRoutes(deps, tokens));
  return app;
}

function authenticating(deps: Deps, gatekeeper: Gatekeeper) {
  return createMiddleware<Authenticated>(async (c, next) => {
    c.set("principal", await gatekeeper.identify(c.req.header("Authorization"), deps.clock.nowMs()));
    await next();
  });
}

/** A body is JSON, also where a client forgot to say so. */
const takeAsJson = createMiddleware<Authenticated>(async (c, next) => {
  const isJson = /^application\/([\w.-]+\+)?json\b/i.test(c.req.header("Content-Type") ?? "");
  if (!isJson && c.req.raw.body !== null) {
    const headers = new Headers(c.req.raw.headers);
    headers.set("Content-Type", "application/json");
    c.req.raw = new Request(c.req.raw, { headers });
  }
  await next();
});

/** Reads on for a while: a client that is still sending when the socket closes does not get to see the answer. */
async function tooLong(c: Context): Promise<Response> {
  const { body } = c.req.raw;
  let drainedBytes = 0;
  if (body !== null && !body.locked) {
    for await (const chunk of body) {
      drainedBytes += chunk.byteLength;
      if (drainedBytes > MAX_DRAINED_BYTES) break;
    }
  }
  return problem(c, new ParleyError("TOO_LONG"));
}
