import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OtlpReceiver, type ReceivedSpan } from "../support/otlp-receiver.ts";
import { someone } from "../support/person.ts";
import { HOSTS, SERVER_KEYS, ServerProcess } from "../support/server-process.ts";
import { tokenFor } from "../support/tokens.ts";

const CALLER = "00f067aa0ba902b7";

/** What it takes to send a message between two users, on any host. */
const COMPLETE = ["POST /v1/messages", "mailbox msg.send", "session append", "mailbox deliver"];
const isWhole = (spans: readonly ReceivedSpan[]) => COMPLETE.every((name) => spans.some((span) => span.name === name));

describe("a traced request", () => {
  let receiver: OtlpReceiver;
  let servers: readonly ServerProcess[];
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    const OTEL = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%20b" };
    const variables = { ...OTEL, OTEL_TRACES_SAMPLER_ARG: "0" };
    servers = await Promise.all(HOSTS.map((host) => ServerProcess.start({ host, variables })));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.dispose()));
    receiver.stop();
  });

  const send = async ({ url }: ServerProcess, traceparent: string) => {
    const [from, to] = [someone("from"), someone("to")];
    const headers = {
      Authorization: `Bearer ${await tokenFor(from)}`,
      "Content-Type": "application/json",
      "X-Request-Id": "req-1",
      traceparent,
    };
    const body = JSON.stringify({
      packId: "1",
      sessionId: `SC_${[from, to].sort().join("_")}`,
      content: "secret words",
    });
    const response = await fetch(new URL("/v1/messages", url), { method: "POST", headers, body });
    expect([response.status, response.headers.get("X-Request-Id")]).toEqual([200, "req-1"]);
  };

  it.each(HOSTS)("is one trace through all rooms of %s, which a collector gets", async (host) => {
    const server = servers.find((one) => one.host === host);
    if (server === undefined) throw new Error("not started");
    const [untraced, traced] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    // One that is not sampled is none.
    await send(server, `00-${untraced}-${CALLER}-00`);
    await send(server, `00-${traced}-${CALLER}-01`);
    const spans = await receiver.trace(traced, isWhole);
    const ids = new Set([CALLER, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([]);
    // Parents may come later than their children, but those of the chain have come.
    const parentOf = (name: string) => spans.find((span) => span.spanId === named(name)?.parentSpanId)?.name;
    const named = (name: string) => spans.find((span) => span.name === name);
    expect(named("POST /v1/messages")).toMatchObject({ parentSpanId: CALLER, kind: 2, status: { code: 0 } });
    expect(parentOf("mailbox msg.send")).toBe("POST /v1/messages");
    expect(parentOf("session append")).toBe("mailbox msg.send");
    expect(ids.size).toBe(spans.length + 1);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
    expect(receiver.headers[0]?.["x-tenant"]).toBe("a b");
    expect(receiver.spans.some(({ traceId }) => traceId === untraced)).toBe(false);
    expect(JSON.stringify(receiver.spans)).not.toContain("secret words");
    expect(await logLine(server, traced)).toMatchObject({
      level: "info",
      what: "request",
      requestId: "req-1",
      route: "/v1/messages",
      status: 200,
      app: "main",
    });
    expect(server.output).not.toContain("secret words");
    expect(server.output).not.toContain(SERVER_KEYS.main.slice(-8));
  });
});

/** The line of a request in the server's log, once it is there. */
async function logLine({ outputUntil }: ServerProcess, traceId: string): Promise<unknown> {
  const output = await outputUntil((text) => text.includes(`"traceId":"${traceId}"`));
  const line = output.split("\n").find((one) => one.includes(`"traceId":"${traceId}"`));
  return JSON.parse(String(line?.slice(line.indexOf("{"))));
}
