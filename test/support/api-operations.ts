import { z } from "zod";
import { endpointIdOf } from "../../src/protocol/endpoint-id.ts";
import { groupIdOf } from "../../src/protocol/group-id.ts";
import { type AppId, PackId, UserId } from "../../src/protocol/ids.ts";
import { jobIdOf } from "../../src/protocol/job-id.ts";
import { keyIdOf } from "../../src/protocol/key-id.ts";
import { EXAMPLE_ENDPOINT, EXAMPLE_GROUP, EXAMPLE_JOB, EXAMPLE_KEY } from "../../src/routes/components.ts";
import { NDJSON } from "../../src/routes/line-stream.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface Described {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Partial<Record<Media, { readonly schema: JsonSchema; readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, { readonly content: Answered }>>;
}
type Media = "application/json" | typeof NDJSON;
type Answered = Partial<Record<Media, { readonly schema: JsonSchema }>>;

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export type Access = "server" | "any" | "public" | "root";

/** One operation of the document, with what a test needs to make requests of it and to judge the answers. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  /** What an API key needs for it. */
  readonly scope: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: JsonSchema; readonly example: unknown } | undefined;
  /** The names of the problems that it may answer with, by status. */
  readonly problems: ReadonlyMap<number, ReadonlySet<string>>;
  /** The status of success. */
  readonly success: number;
  readonly mediaType: string;
  readonly answer: z.ZodType;
}

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(document, { path, method, described })),
  );
}

function operationOf(
  document: ApiDocument,
  { path, method, described }: { path: string; method: string; described: Described },
): Operation {
  const bodies = described.requestBody?.content;
  // The JSON of an object is a line as well.
  const content = bodies?.["application/json"] ?? bodies?.[NDJSON];
  const responses = Object.entries(described.responses);
  const success = responses.find(([status]) => status.startsWith("2"));
  const answer = success?.[1].content;
  return {
    id: described.operationId,
    method: method.toUpperCase(),
    path,
    access: accessOf(described),
    scope: described.security.flatMap(({ serverKey = [] }) => serverKey)[0],
    parameters: described.parameters ?? [],
    body: content === undefined ? undefined : { schema: whole(document, content.schema), example: content.example },
    problems: new Map(responses.map(([status, response]) => [Number(status), namesIn(response)])),
    success: success === undefined ? 200 : Number(success[0]),
    mediaType: answer !== undefined && NDJSON in answer ? NDJSON : "application/json",
    answer: schemaOf(document, answer?.["application/json"]?.schema ?? linesOf(answer?.[NDJSON])),
  };
}

function linesOf(line: { readonly schema: JsonSchema } | undefined): JsonSchema {
  return line === undefined ? {} : { type: "array", items: line.schema };
}

function accessOf({ security }: Described): Access {
  if (security.length === 0) return "public";
  if (security.some((scheme) => "rootKey" in scheme)) return "root";
  return security.some((scheme) => "userToken" in scheme) ? "any" : "server";
}

function namesIn(response: object): ReadonlySet<string> {
  return new Set(
    [...JSON.stringify(response).matchAll(/#\/components\/examples\/(\w+)/g)].map(([, name]) => String(name)),
  );
}

/** The schema with the components that it refers to, as one JSON Schema. */
function whole({ components }: ApiDocument, schema: JsonSchema): JsonSchema {
  const text = JSON.stringify({ ...schema, $defs: components.schemas });
  return JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")) as JsonSchema; // SAFETY: made of one
}

function schemaOf(document: ApiDocument, schema: JsonSchema): z.ZodType {
  return z.fromJSONSchema(whole(document, schema) as Parameters<typeof z.fromJSONSchema>[0]); // SAFETY: the generator makes JSON Schemas
}

export const PEOPLE = ["alice", "bob", "carol", "dave", "erin"] as const;

/** The people and the group of the examples, under names that no other test uses. */
export class Cast {
  readonly #tag: string;
  readonly #group: string;
  readonly #job: string;
  readonly #key: string;
  /** The notice whose job the examples are about. */
  readonly notice: PackId;
  /** Under which the API key of the examples is made. */
  readonly keyRequest: PackId;
  readonly #endpoint: string;
  /** The webhook that they are about. */
  readonly webhook: PackId;

  constructor(tag: string, app: AppId) {
    this.#tag = tag;
    this.#group = groupIdOf(app, UserId.parse(this.user("alice")), PackId.parse("group-1"));
    this.notice = PackId.parse(`notice-of-${tag}`);
    this.#job = jobIdOf(app, this.notice);
    this.keyRequest = PackId.parse(`key-of-${tag}`);
    this.#key = keyIdOf(app, this.keyRequest);
    this.webhook = PackId.parse(`webhook-of-${tag}`);
    this.#endpoint = endpointIdOf(app, this.webhook);
  }

  user(name: (typeof PEOPLE)[number]): string {
    return `${name}-${this.#tag}`;
  }

  /** An example, about these people and this group. */
  of<T>(example: T): T {
    const names = new RegExp(`(?<=["_])(${PEOPLE.join("|")})(?=["_-])`, "g");
    const text = JSON.stringify(example)
      .replace(names, `$1-${this.#tag}`)
      .replaceAll(EXAMPLE_GROUP, this.#group)
      .replaceAll(EXAMPLE_JOB, this.#job)
      .replaceAll(EXAMPLE_KEY, this.#key)
      .replaceAll('"acme"', `"acme-${this.#tag}"`)
      .replaceAll(EXAMPLE_ENDPOINT, this.#endpoint);
    return JSON.parse(text) as T; // SAFETY: only ids changed
  }
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The operation's example, with other values for some of its parts. */
export function requestOf(
  operation: Operation,
  cast: Cast,
  other: { parameters?: Readonly<Record<string, string>>; body?: unknown } = {},
): ApiRequest {
  const { method, parameters, body } = operation;
  const values = {
    ...Object.fromEntries(parameters.map(({ name, schema }) => [name, schema.example])),
    ...other.parameters,
  };
  const cut = cast.of(values);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(cut[name]).toWellFormed()),
  );
  const query = new URLSearchParams();
  for (const { name, in: place } of parameters)
    if (place === "query" && cut[name] !== undefined) query.set(name, String(cut[name]));
  const asked = query.size === 0 ? path : `${path}?${query}`;
  const json = other.body === undefined ? body?.example : other.body;
  return { method, path: asked, ...(json === undefined ? {} : { body: cast.of(json) }) };
}
