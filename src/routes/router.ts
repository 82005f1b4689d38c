import { OpenAPIHono } from "@hono/zod-openapi";
import type { Principal } from "./principal.ts";
import { parsed } from "./problem.ts";

export interface Authenticated {
  Variables: { principal: Principal };
}

/** Routes of the API. What does not fit an operation's schemas is refused before its handler runs. */
export function newRouter(): OpenAPIHono<Authenticated> {
  return new OpenAPIHono<Authenticated>({
    defaultHook: (result) => {
      parsed(result);
    },
  });
}
