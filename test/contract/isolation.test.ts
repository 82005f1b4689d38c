import { expect, it } from "vitest";
import { type ApiDocument, operationsOf } from "../support/api-operations.ts";
import { checkIsolation, TELLING } from "../support/isolation.ts";
import { SimTarget } from "../support/sim-target.ts";

it("two apps never meet, whatever the one asks about the other", async () => {
  const target = new SimTarget();
  const document = (await (await target.http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
  await checkIsolation(target, operationsOf(document), { tag: "isolation", telling: TELLING });
  expect(target.http.faults).toEqual([]);
});
