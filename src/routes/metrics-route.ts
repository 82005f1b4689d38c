import type { Handler } from "hono";
import { OPEN_METRICS_TYPE } from "../kernel/metrics.ts";
import { isSameSecret } from "../kernel/same-secret.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { Deps } from "./deps.ts";

/**
 * `GET /metrics`. They are about all apps at once, so no app's key opens them: whoever runs the server has a key for them
 * alone. Where a request comes from says nothing, because behind a proxy all come from loopback.
 */
export function metricsRoute({ config, measures }: Deps): Handler {
  return (c) => {
    const { metricsKey, environment } = config;
    if (metricsKey !== undefined) checkKey(c.req.header("Authorization"), metricsKey);
    else if (environment !== "development") throw new ParleyError("NO_SUCH_ROUTE", "PARLEY_METRICS_KEY is not set");
    return c.body(measures.metrics.text(), 200, { "Content-Type": OPEN_METRICS_TYPE, "Cache-Control": "no-store" });
  };
}

function checkKey(authorization: string | undefined, key: string): void {
  const [, given] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
  if (given === undefined) throw new ParleyError("IDENTITY_MISSING");
  if (!isSameSecret(given, key)) throw new ParleyError("BAD_CREDENTIALS");
}
