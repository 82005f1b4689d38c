import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Http2Server } from "../support/http2-server.ts";
import { errorOf, type RuntimeReport, reportOf } from "../support/runtime-report.ts";
import { http2Cases } from "./http2-cases.ts";

const server = new Http2Server();
let endpoints: Awaited<ReturnType<Http2Server["start"]>>;
beforeAll(async () => {
  endpoints = await server.start();
});
afterAll(() => server.close());

/** The server is Node's, whatever the runtime of the client: APNs is none of them. */
describe.each(["node", "bun", "deno"] as const)("the HTTP/2 client on %s", (run) => {
  let report: RuntimeReport;
  beforeAll(async () => {
    report = await reportOf(run, "test/contract/run-http2.ts", JSON.stringify({ ...endpoints, run }));
  }, 60_000);

  it.each(http2Cases)("$name", ({ name }) => {
    expect(errorOf(report, name)).toBeUndefined();
  });
});
