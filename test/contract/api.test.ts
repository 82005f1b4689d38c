import { describe, expect, it } from "vitest";
import { checkOperation } from "../support/api-contract.ts";
import { type ApiDocument, operationsOf } from "../support/api-operations.ts";
import { SimTarget } from "../support/sim-target.ts";

const target = new SimTarget();
const document = (await (await target.http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
const operations = operationsOf(document);

describe("every operation of the document", () => {
  it("is there once", () => {
    expect(operations.length).toBeGreaterThan(60);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    "%s answers as it says",
    async (id, operation) => {
      await checkOperation(target, operation, id.toLowerCase());
      expect(target.http.faults).toEqual([]);
    },
  );
});
