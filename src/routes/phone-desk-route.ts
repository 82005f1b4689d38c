import type { Context } from "hono";
import type { Deps } from "./deps.ts";

const PREFIX = "/dev/push";
const TIMEOUT_MS = 5_000;

/** `/dev/push/…`: the desk of simulated phones, in this process or another, under the page's own origin. Development only. */
export function simulatedPhones(deps: Deps, desk: string): (c: Context) => Promise<Response> {
  return async (c) => {
    const { pathname, search } = new URL(c.req.url);
    const { status, body } = await deps.http({
      method: c.req.method === "POST" ? "POST" : "GET",
      url: desk + pathname.slice(PREFIX.length) + search,
      headers: {},
      timeoutMs: TIMEOUT_MS,
      http2: false,
    });
    return new Response(body, { status, headers: { "Content-Type": "application/json" } });
  };
}
