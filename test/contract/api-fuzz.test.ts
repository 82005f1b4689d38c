import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectDocumented, Stage } from "../support/api-contract.ts";
import {
  type ApiDocument,
  type JsonSchema,
  type Operation,
  operationsOf,
  requestOf,
} from "../support/api-operations.ts";
import { SimTarget } from "../support/sim-target.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const SEED = Number(process.env.FUZZ_SEED ?? 6);

const target = new SimTarget();
const document = (await (await target.http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
const operations = operationsOf(document);
const stage = await Stage.set(
  target,
  "fuzz",
  operations.map(({ path }) => path),
);

/** Texts that have broken servers before, beside what nobody thought of. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e309",
    "null",
    "__proto__",
    "constructor",
    "../..",
    "%00",
    "a\u0000b",
    "\ud800",
    "💥",
    "~",
    "SC_b_a",
    "x".repeat(3_000),
  ),
);
const anything: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -1, 0.5, 1e300, true, null, [], {}),
);

/** Values that fit a schema, or nearly. */
function valueLike(schema: JsonSchema, root: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: fitting(schema, root) }, { weight: 1, arbitrary: anything });
}

type Schemas = readonly JsonSchema[];

function fitting(schema: JsonSchema, root: JsonSchema): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: names, example } = schema;
  if (typeof $ref === "string") return fitting(defined($ref, root), root);
  const choices = (anyOf ?? oneOf) as Schemas | undefined; // SAFETY: as JSON Schema has it
  if (choices !== undefined) return fc.oneof(...choices.map((one) => fitting(one, root)));
  if (Array.isArray(names)) return fc.constantFrom<unknown>(...names);
  if (example !== undefined)
    return fc.oneof({ weight: 4, arbitrary: fc.constant(stage.cast.of(example)) }, ofType(schema, root));
  return ofType(schema, root);
}

function defined($ref: string, { $defs }: JsonSchema): JsonSchema {
  const all = $defs as Readonly<Record<string, JsonSchema>>; // SAFETY: put there by `whole`
  return all[$ref.replace("#/$defs/", "")] ?? {};
}

function ofType(schema: JsonSchema, root: JsonSchema): fc.Arbitrary<unknown> {
  // SAFETY: as JSON Schema has it
  const { type, minimum, maximum, items, pattern } = schema as {
    type?: string | string[];
    minimum?: number;
    maximum?: number;
    items?: JsonSchema;
    pattern?: string;
  };
  const [kind] = Array.isArray(type) ? type : [type];
  switch (kind) {
    case "integer":
      return fc.oneof(
        fc.integer({ min: minimum ?? -5, max: Math.min(maximum ?? 50, (minimum ?? 0) + 50) }),
        fc.maxSafeInteger(),
      );
    case "number":
      return fc.double();
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valueLike(items ?? {}, root), { maxLength: 4 });
    case "string":
      return pattern === undefined ? text : fc.oneof(fc.stringMatching(new RegExp(pattern)), text);
    case "object":
      return objectOf(schema, root);
    default:
      return anything;
  }
}

function objectOf({ properties, required }: JsonSchema, root: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>); // SAFETY: as JSON Schema has it
  if (fields.length === 0) return fc.dictionary(text, anything, { maxKeys: 3 });
  const model = Object.fromEntries(fields.map(([name, schema]) => [name, valueLike(schema, root)]));
  return fc.record(model, { requiredKeys: (required ?? []) as string[] }); // SAFETY: as JSON Schema has it
}

/** Without parts that make a path another one: empty, `.` and `..`. */
function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  return valueLike(schema, schema)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .filter((part) => !["", ".", ".."].includes(part));
}

/** A request of the operation, of which any part may be odd. */
function requests(operation: Operation) {
  const { parameters, body } = operation;
  const named = parameters.filter(({ in: place }) => place !== "header");
  const values = fc.record(Object.fromEntries(named.map(({ name, schema }) => [name, textOf(schema)])), {
    requiredKeys: named.flatMap(({ name, required }) => (required ? name : [])),
  });
  const json =
    body === undefined
      ? fc.constant(undefined)
      : fc.oneof(valueLike(body.schema, body.schema), fc.constant(body.example));
  return fc.record({
    parameters: values,
    body: json,
    isUser: fc.boolean(),
    key: fc.option(fc.constantFrom("k1", "k2", "a b")),
  });
}

const anyRequest = fc.oneof(...operations.map((operation) => fc.tuple(fc.constant(operation), requests(operation))));

describe("whatever is asked", () => {
  it("gets an answer that the document has, and no fault", async () => {
    const token = await stage.tokenOf("alice");
    await fc.assert(
      fc.asyncProperty(anyRequest, async ([operation, { parameters, body, isUser, key }]) => {
        const request = requestOf(operation, stage.cast, { parameters, body });
        const headers = key === null ? {} : { "Idempotency-Key": key };
        const answer = await target.send({ ...request, headers }, isUser ? token : target.key);
        expect(answer.status, JSON.stringify({ request, answer })).toBeLessThan(500);
        expectDocumented(operation, answer, request);
        expect(target.http.faults).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });
});
