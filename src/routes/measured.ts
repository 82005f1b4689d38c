import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Measures } from "../kernel/measures.ts";
import type { Authenticated } from "./router.ts";

const NO_ROUTE = "none";
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Takes the time of every request, by its route. */
export function measured({ requests, steadyMs }: Measures) {
  return createMiddleware<Authenticated>(async (c, next) => {
    const beganAtMs = steadyMs();
    await next();
    requests.of(methodOf(c), routeOf(c), String(c.res.status)).observe((steadyMs() - beganAtMs) / 1_000);
  });
}

/** Clients can make up methods, too. */
export function methodOf({ req: { method } }: Context): string {
  return METHODS.has(method) ? method : "other";
}

/** The template of the route that took the request: paths themselves hold ids, and clients can make up as many as they like. */
export function routeOf(c: Context): string {
  const path = matchedRoutes(c).at(-1)?.path;
  return path === undefined || path.endsWith("*") ? NO_ROUTE : path;
}
