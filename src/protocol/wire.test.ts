import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DownFrame } from "./down.ts";
import { Results } from "./results.ts";
import { UpFrame } from "./up.ts";
import { SUBPROTOCOL_JSON } from "./version.ts";

/** Everything that clients and servers of one version must agree on. */
function wireHash(): string {
  const options = { io: "input", unrepresentable: "any" } as const;
  const results = Object.entries(Results).map(([type, schema]) => [type, z.toJSONSchema(schema, options)]);
  const wire = { up: z.toJSONSchema(UpFrame, options), down: z.toJSONSchema(DownFrame, options), results };
  return createHash("sha256").update(JSON.stringify(wire)).digest("hex").slice(0, 16);
}

describe("the wire", () => {
  it("is pinned to its version: a change that old clients cannot take needs a new subprotocol", () => {
    expect({ [SUBPROTOCOL_JSON]: wireHash() }).toMatchInlineSnapshot(`
      {
        "parley.v1.json": "9617bc071f6d9950",
      }
    `);
  });

  it("has a result for every request", () => {
    expect(Object.keys(Results).sort()).toEqual(UpFrame.options.map((one) => one.shape.type.value).sort());
  });
});
