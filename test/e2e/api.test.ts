import { describe, expect, inject, it } from "vitest";
import { checkOperation } from "../support/api-contract.ts";
import { type ApiDocument, operationsOf } from "../support/api-operations.ts";
import { someone } from "../support/person.ts";
import { ServerTarget } from "../support/server-target.ts";
import { SimTarget } from "../support/sim-target.ts";

const production = new SimTarget({});
const document = (await (await production.http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
const operations = operationsOf(document);

describe.each(inject("servers").map(([host, url]) => ({ host, target: new ServerTarget(url) })))(
  "the API on $host",
  ({ target }) => {
    it("is the same document", async () => {
      expect((await target.send({ method: "GET", path: "/openapi.json" })).body).toEqual(document);
    });

    it("answers every operation as the document says", async () => {
      await Promise.all(operations.map((operation) => checkOperation(target, operation, someone("api"))));
    });
  },
);
