import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { ERRORS, type ErrorName, ParleyError } from "../protocol/errors.ts";
import { failed } from "../protocol/rpc/outcome.ts";

/** The error answer of every route: RFC 9457 problem details with our code. */
export const Problem = z.object({
  type: z.literal("about:blank"),
  title: z.string(),
  /** The HTTP status. */
  status: z.int(),
  /** The title, with what was wrong in this case. */
  detail: z.string(),
  code: z.int(),
  name: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export function problemBody(name: ErrorName, detail: string = ERRORS[name].message): Problem {
  const { code, http: status, message: title } = ERRORS[name];
  return { type: "about:blank", title, status, detail, code, name };
}

export function problem(c: Context, thrown: unknown): Response {
  const { error, message, retryAfterMs } = failed(codedOf(thrown));
  if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  if (ERRORS[error].http === 401) c.header("WWW-Authenticate", "Bearer");
  c.header("Content-Type", "application/problem+json");
  const status = ERRORS[error].http as ContentfulStatusCode; // SAFETY: the table holds 4xx and 5xx only
  return c.body(JSON.stringify(problemBody(error, message)), status);
}

/** hono's own refusals: a body that is no JSON, an answer that takes too long. */
export function codedOf(thrown: unknown): unknown {
  if (!(thrown instanceof HTTPException)) return thrown;
  if (thrown.status === 504) return new ParleyError("SEND_TIMED_OUT", undefined, { cause: thrown });
  return new ParleyError("MALFORMED", "the body is not JSON", { cause: thrown });
}

/** Parses with a zod schema; the first fault is told as `BAD_PARAMETER`. */
export function parsed<T>(result: Parsed<T>): T {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParleyError("BAD_PARAMETER", `${issue?.path.join(".")}: ${issue?.message}`);
}

export type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
