import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ERRORS, ParleyError } from "../protocol/errors.ts";
import { failed } from "../protocol/rpc/outcome.ts";

/** The error answer of every route: RFC 9457 problem details with our code. */
export function problem(c: Context, thrown: unknown): Response {
  const { error, message, retryAfterMs } = failed(thrown);
  const { code, http } = ERRORS[error];
  if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  c.header("Content-Type", "application/problem+json");
  const body = { type: "about:blank", title: ERRORS[error].message, status: http, detail: message, code, name: error };
  return c.body(JSON.stringify(body), http as ContentfulStatusCode); // SAFETY: the table holds 4xx and 5xx only
}

/** Parses with a zod schema; the first fault is told as `BAD_PARAMETER`. */
export function parsed<T>(
  result: { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } },
): T {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParleyError("BAD_PARAMETER", `${issue?.path.join(".")}: ${issue?.message}`);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The JSON body, `MALFORMED` when it is none. */
export async function jsonBody(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (cause) {
    throw new ParleyError("MALFORMED", "the body is not JSON", { cause });
  }
}
