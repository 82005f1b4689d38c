import { expect, inject, it } from "vitest";
import { type ApiDocument, operationsOf } from "../support/api-operations.ts";
import { checkIsolation, TELLING } from "../support/isolation.ts";
import { someone } from "../support/person.ts";
import { ServerTarget } from "../support/server-target.ts";

it.each(inject("servers"))("two apps on %s never meet, whatever the one asks about the other", async (_, url) => {
  const target = new ServerTarget(url);
  const { body } = await target.send({ method: "GET", path: "/openapi.json" });
  const operations = operationsOf(body as ApiDocument); // SAFETY: what the route serves
  expect(operations.length).toBeGreaterThan(60);
  await checkIsolation(target, operations, { tag: someone("iso"), telling: [...TELLING, "searchMessages"] });
});
