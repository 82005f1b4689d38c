import { describe, expect, it } from "vitest";
import { KEY, SimHttp } from "../../test/sim/http.ts";
import { parleyApi } from "./client.ts";

const http = new SimHttp();

describe("the document", () => {
  it("is served without credentials, and knows every route under /v1", async () => {
    const document = (await (await http.raw("/openapi.json")).json()) as { openapi: string; paths: object }; // SAFETY: an OpenAPI document
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(["/v1/messages", "/healthz"]));
  });
});

describe("the typed client", () => {
  const api = parleyApi({
    url: "http://parley.test/",
    credential: KEY,
    fetch: async (input, init) => http.raw(String(input), init),
  });

  it("sends, and throws problems as coded errors", async () => {
    const json = { packId: "client-1", from: "alice", to: "bob", content: "hello" };
    const sent = await (await api.messages.$post({ json })).json();
    expect(sent.seqId).toBe(1);
    const param = { sessionId: sent.sessionId };
    const page = await (await api.sessions[":sessionId"].messages.$get({ param, query: {} })).json();
    expect(page.entries).toHaveLength(1);
    await expect(api.messages.$post({ json: { ...json, content: "" } })).rejects.toMatchObject({
      errorName: "TOO_SHORT",
    });
  });
});
