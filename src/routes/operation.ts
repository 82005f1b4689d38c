import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import type { KeyScope } from "../protocol/rpc/app-settings.ts";
import { IDEMPOTENCY_PARAMETER } from "./idempotency.ts";
import { NDJSON } from "./line-stream.ts";
import { type Access, permit } from "./permit.ts";
import { Problem } from "./problem.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

export interface Asked {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body is a stream of lines of JSON, of which this is one. Handlers read and check it themselves. */
  readonly lines?: z.ZodType;
}

/** 202: it is durable that it will be done. */
type Success = 200 | 202;

interface Given<M extends Method, P extends string, Q extends Asked, A extends z.ZodType, S extends Success> {
  readonly method: M;
  readonly path: P;
  /** Names the operation, and the function that a generated client has for it. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access?: Access;
  /** What an API key needs for it. Otherwise it follows from the tag and the method. */
  readonly scope?: KeyScope;
  /** A POST that only looks. */
  readonly reads?: true;
  readonly status?: S;
  /** The answer is a stream of lines of JSON, of which `answer` is one. */
  readonly lines?: true;
  readonly request: Q;
  /** A body that is right for the people and the group of the other examples. */
  readonly example?: unknown;
  /** Takes `If-Match`: done only while what is changed is as its `ETag` says. */
  readonly conditional?: true;
  readonly answer: A;
  readonly answerExample?: unknown;
  /** Besides those that every route of its kind has. */
  readonly errors?: readonly ErrorName[];
}

type JsonContent<S> = { "application/json": { schema: S } };
type BodyOf<Q extends Asked> = Q["body"] extends z.ZodType
  ? { body: { required: true; content: JsonContent<Q["body"]> } }
  : unknown;

/** What the handler and the typed client see of an operation: the answer that it has when nothing goes wrong. */
export type Operation<
  M extends Method,
  P extends string,
  Q extends Asked,
  A extends z.ZodType,
  S extends Success = 200,
> = {
  method: M;
  path: P;
  request: Omit<Q, "body" | "lines"> & BodyOf<Q>;
  responses: { [Status in S]: { description: string; content: JsonContent<A> } };
};

const CONDITION_PARAMETER = {
  name: "If-Match",
  in: "header",
  required: false,
  description:
    "The `ETag` of what is to be changed. When it is another by now, nothing changes (`PRECONDITION_FAILED`).",
  schema: { type: "string" },
} as const;

const OF_ALL: readonly ErrorName[] = ["RATE_LIMITED", "SERVER_EXCEPTION", "UNAVAILABLE", "DATABASE", "SEND_TIMED_OUT"];
const OF_THE_KNOWN: readonly ErrorName[] = [
  "IDENTITY_MISSING",
  "BAD_CREDENTIALS",
  "TOKEN_EXPIRED",
  "TOKEN_REVOKED",
  "ACCESS_DENIED",
  "APP_SUSPENDED",
  "SCOPE_MISSING",
  "USER_BANNED",
];
const OF_ROOT: readonly ErrorName[] = ["IDENTITY_MISSING", "BAD_CREDENTIALS"];
const OF_BODIES: readonly ErrorName[] = ["MALFORMED", "TOO_LONG"];

/** One operation of the API, with all that the document says of it. */
export function operation<
  M extends Method,
  const P extends string,
  const Q extends Asked,
  A extends z.ZodType,
  S extends Success = 200,
>(given: Given<M, P, Q, A, S>): Operation<M, P, Q, A, S> {
  const { method, path, id, tag, summary, description, access = "any", request, example, answer } = given;
  const scope = given.scope ?? scopeOf(tag, method === "get" || given.reads === true);
  const { body, lines, ...rest } = request;
  // What lines say has to be done once by itself: nobody remembers an answer to so many.
  const isKeyed = method === "post" && access !== "public" && lines === undefined;
  const errors = [
    "BAD_PARAMETER" as const,
    ...(body === undefined && lines === undefined ? [] : OF_BODIES),
    ...errorsOf(access),
    ...OF_ALL,
    ...(isKeyed ? (["PACK_CONFLICT"] as const) : []),
    ...(given.conditional ? (["PRECONDITION_FAILED"] as const) : []),
    ...(given.errors ?? []),
  ];
  const route = createRoute({
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(access, scope),
    ...(access === "public" || access === "root" ? {} : { middleware: [permit(access, scope)] as const }),
    parameters: [...(isKeyed ? [IDEMPOTENCY_PARAMETER] : []), ...(given.conditional ? [CONDITION_PARAMETER] : [])],
    request: {
      ...(rest.params === undefined ? {} : { params: rest.params }),
      ...(rest.query === undefined ? {} : { query: rest.query }),
      ...(body === undefined ? {} : { body: { required: true, content: jsonOf(body, example) } }),
      ...(lines === undefined ? {} : { body: { content: { [NDJSON]: { schema: lines, example } } } }),
    },
    responses: {
      [given.status ?? 200]: {
        description: given.status === 202 ? "It will be done." : "Done.",
        content: given.lines ? { [NDJSON]: { schema: answer } } : jsonOf(answer, given.answerExample),
      },
      ...problemResponses(errors),
    },
  });
  // SAFETY: the same object, with the types of its responses narrowed to success: problems are thrown, by handlers and the client
  return route as unknown as Operation<M, P, Q, A, S>;
}

/** What the handler sees of one that answers with a stream: any response. */
type LineOperation<M extends Method, P extends string, Q extends Asked> = Omit<
  Operation<M, P, Q, z.ZodType>,
  "responses"
> & { responses: { 200: { description: string } } };

/** One that answers with a stream of lines, each of them as `answer` says. */
export function lineOperation<M extends Method, const P extends string, const Q extends Asked>(
  given: Omit<Given<M, P, Q, z.ZodType, 200>, "status" | "lines" | "answerExample">,
): LineOperation<M, P, Q> {
  // SAFETY: the same object; its answer is no JSON, so nothing can be said of it in types
  return operation({ ...given, lines: true }) as unknown as LineOperation<M, P, Q>;
}

function jsonOf(schema: z.ZodType, example: unknown) {
  return { "application/json": { schema, ...(example === undefined ? {} : { example }) } };
}

function scopeOf(tag: string, reads: boolean): KeyScope {
  return `${tag.toLowerCase()}:${reads ? "read" : "write"}`;
}

function errorsOf(access: Access): readonly ErrorName[] {
  if (access === "public") return [];
  return access === "root" ? OF_ROOT : OF_THE_KNOWN;
}

/** The scope stands where OpenAPI has the roles that a scheme needs. */
function securityOf(access: Access, scope: KeyScope): Record<string, string[]>[] {
  if (access === "public") return [];
  if (access === "root") return [{ rootKey: [] }];
  return access === "server" ? [{ serverKey: [scope] }] : [{ serverKey: [scope] }, { userToken: [] }];
}

/** One response for each status, with an example for each error that has it. */
function problemResponses(names: readonly ErrorName[]) {
  const byStatus = Map.groupBy(new Set(names), (name) => ERRORS[name].http);
  const responses = [...byStatus].map(([status, errors]) => {
    const examples = Object.fromEntries(errors.map((name) => [name, { $ref: `#/components/examples/${name}` }]));
    const description = errors.map((name) => `\`${name}\`: ${ERRORS[name].message}`).join(" · ");
    return [status, { description, content: { "application/problem+json": { schema: Problem, examples } } }] as const;
  });
  return Object.fromEntries(responses);
}
