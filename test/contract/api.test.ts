import { describe, expect, it } from "vitest";
import { UserId } from "../../src/protocol/ids.ts";
import { KEY, OTHER_KEY, SimHttp } from "../sim/http.ts";
import { type ApiTarget, checkOperation } from "../support/api-contract.ts";
import { type ApiDocument, operationsOf } from "../support/api-operations.ts";

const http = new SimHttp({ PARLEY_ENV: "development" });

const target: ApiTarget = {
  key: KEY,
  otherKey: OTHER_KEY,
  async send({ method, path, headers = {}, body }, credential) {
    const response = await http.raw(path, {
      method,
      headers: {
        ...headers,
        ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  },
  async connect(userId, deviceId) {
    http.world.connect(UserId.parse(userId), { deviceId });
  },
};

const document = (await (await http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
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
      expect(http.faults).toEqual([]);
    },
  );
});
