import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { ParleyError } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../protocol/limits.ts";
import { openingOf } from "./connect.ts";
import type { Deps } from "./deps.ts";
import { type Authenticated, messageRoutes } from "./messages.ts";
import { Gatekeeper } from "./principal.ts";
import { problem } from "./problem.ts";
import { developmentTokenRoutes, tokenRoutes } from "./token-routes.ts";
import { Tokens } from "./tokens.ts";

const MAX_DRAINED_BYTES = 8 * MAX_FRAME_BYTES;

/** The HTTP side of Parley, the same on every host. */
export function createApp(deps: Deps): Hono {
  const tokens = new Tokens(deps.config.tokenSecret);
  const gatekeeper = new Gatekeeper(tokens, deps.config.serverKeys);
  const app = new Hono();
  app.onError((thrown, c) => {
    if (!(thrown instanceof ParleyError)) deps.onFault(thrown);
    return problem(c, thrown);
  });
  app.notFound((c) => problem(c, new ParleyError("NO_SUCH_ROUTE")));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/v1/connect", async (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket")
      throw new ParleyError("BAD_PARAMETER", "connect with a WebSocket");
    return deps.upgrade(c.req.raw, await openingOf(c.req.raw, tokens, deps.clock.nowMs()));
  });
  app.use(bodyLimit({ maxSize: MAX_FRAME_BYTES, onError: tooLong }));
  if (deps.config.environment === "development") app.route("/dev", developmentTokenRoutes(deps, tokens));
  app.route("/v1", authenticated(deps, gatekeeper, tokens));
  return app;
}

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

function authenticated(deps: Deps, gatekeeper: Gatekeeper, tokens: Tokens): Hono<Authenticated> {
  const routes = new Hono<Authenticated>();
  routes.use(
    createMiddleware<Authenticated>(async (c, next) => {
      c.set("principal", await gatekeeper.identify(c.req.header("Authorization"), deps.clock.nowMs()));
      await next();
    }),
  );
  routes.route("/", tokenRoutes(deps, tokens));
  routes.route("/", messageRoutes(deps));
  return routes;
}
