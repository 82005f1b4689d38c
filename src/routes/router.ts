import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { Principal } from "./principal.ts";
import { parsed } from "./problem.ts";

export interface Authenticated {
  Variables: {
    /** Who asks: of what needs credentials, once they were found good. */
    principal: Principal;
    /** The caller's `X-Request-Id`, or one of ours. */
    requestId: string;
    /** A socket was accepted, or closed with a code; the hosts' answers differ. */
    upgraded?: true;
  };
}

/** Routes of the API. What does not fit an operation's schemas is refused before its handler runs. */
export function newRouter(): OpenAPIHono<Authenticated> {
  return new OpenAPIHono<Authenticated>({
    defaultHook: (result) => {
      parsed(result);
    },
  });
}

/** A whole number in a path or a query. */
export function count(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z.coerce.number<number | string>().int().min(min).max(max);
}
