import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import { ParleyError } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_IMPORT_BYTES } from "../protocol/limits.ts";
import type { Config } from "./config.ts";
import { problem } from "./problem.ts";
import type { Authenticated } from "./router.ts";

const MAX_DRAINED_BYTES = 2 * MAX_IMPORT_BYTES;
const PREFLIGHT_SECONDS = 600;

/** What every request meets before its route: headers, origins, the time and the bytes that it may take. */
export function guard(app: OpenAPIHono<Authenticated>, config: Config): void {
  app.use(answerHeaders);
  if (config.corsOrigins.length > 0) app.use(fromOrigins(config.corsOrigins));
  app.use(timeout(config.requestTimeoutMs, new HTTPException(504)));
  const limited = bodyLimit({ maxSize: MAX_FRAME_BYTES, onError: tooLong });
  const importLimited = bodyLimit({ maxSize: MAX_IMPORT_BYTES, onError: tooLong });
  app.use((c, next) => (c.req.path.endsWith("/import") ? importLimited(c, next) : limited(c, next)));
  app.use(takeAsJson);
  app.use(takeToTheEnd);
}

/** Answers are data, for whoever asked alone: no browser shows, frames or keeps them. */
const answerHeaders = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
});

function fromOrigins(origins: readonly string[]) {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "If-Match",
      "Prefer",
      "X-Request-Id",
      "traceparent",
      "tracestate",
    ],
    exposeHeaders: ["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
    maxAge: PREFLIGHT_SECONDS,
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

/** Reads what no route looked at, as when the key was wrong: see `tooLong`. */
const takeToTheEnd = createMiddleware<Authenticated>(async (c, next) => {
  await next();
  const { body, bodyUsed } = c.req.raw;
  if (body === null || bodyUsed || body.locked) return;
  try {
    for await (const _ of body);
  } catch {
    // Whoever went away is answered by nobody, and a body that is too long by its limit.
  }
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
