import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Deps } from "./deps.ts";
import type { Authenticated } from "./router.ts";

const NO_ROUTE = "none";
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const REQUEST_ID = /^[\w.:-]{1,64}$/;
const FIRST_SERVER_FAULT = 500;

/** What is written down of every request: its time by route, a line in the log, and a span if it is traced. */
export function watched(deps: Deps) {
  const { tracing } = deps;
  return createMiddleware<Authenticated>(async (c, next) => {
    const given = c.req.header("X-Request-Id") ?? "";
    c.set("requestId", REQUEST_ID.test(given) ? given : crypto.randomUUID());
    const beganAtMs = deps.measures.steadyMs();
    const span = tracing?.tracer.accept("HTTP", c.req.header("traceparent"));
    if (tracing === undefined || span === undefined) await next();
    else await tracing.run(span.context, next);
    const seen = seenOf(c);
    const elapsedMs = deps.measures.steadyMs() - beganAtMs;
    deps.measures.requests.of(seen.method, seen.route, String(seen.status)).observe(elapsedMs / 1_000);
    deps.logger.info("request", {
      ...seen,
      requestId: c.get("requestId"),
      durationMs: Math.round(elapsedMs * 100) / 100,
      app: c.get("principal")?.app,
      traceId: span?.context.traceId,
    });
    span?.end(
      {
        "http.request.method": seen.method,
        "http.route": seen.route,
        "http.response.status_code": seen.status,
        "parley.request_id": c.get("requestId"),
        "parley.app": c.get("principal")?.app,
      },
      {
        name: `${seen.method} ${seen.route}`,
        error: seen.status >= FIRST_SERVER_FAULT ? String(seen.status) : undefined,
      },
    );
  });
}

/** The answer tells the id, except to an upgrade, to which nothing may be added. */
export const tellingRequestId = createMiddleware<Authenticated>(async (c, next) => {
  await next();
  c.header("X-Request-Id", c.get("requestId"));
});

interface Seen {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** Paths hold ids, and clients can make up as many of them, and of methods, as they like: only what is ours is written down. */
function seenOf(c: Context<Authenticated>): Seen {
  const { method } = c.req;
  const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith("*"))?.path ?? NO_ROUTE;
  const { upgraded } = c.var;
  return { method: METHODS.has(method) ? method : "other", route, status: upgraded ? 101 : c.res.status };
}
