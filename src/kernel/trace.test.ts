import { describe, expect, it } from "vitest";
import { otlpBody } from "./otlp.ts";
import { parseTraceparent } from "./trace.ts";
import { type Span, Tracer } from "./tracer.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

function tracerOf(ratio: number, random = 0.5) {
  const spans: Span[] = [];
  let nowMs = 1_790_000_000_000;
  const tracer = new Tracer({ ratio, random: () => random, nowMs: () => (nowMs += 0.25), ended: (s) => spans.push(s) });
  return { tracer, spans };
}

describe("traceparent", () => {
  it("is read as the standard has it, also of later versions", () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled: true });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)?.isSampled).toBe(false);
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what-the-future-holds`)?.isSampled).toBe(true);
  });

  it.each([
    undefined,
    "",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  ])("is as if it were not there: %s", (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe("a tracer", () => {
  it("does as the caller says, and by its ratio when the caller says nothing", () => {
    expect(tracerOf(0).tracer.accept("x", `00-${TRACE}-${SPAN}-01`)?.context.traceId).toBe(TRACE);
    expect(tracerOf(1).tracer.accept("x", `00-${TRACE}-${SPAN}-00`)).toBeUndefined();
    expect(tracerOf(0.4).tracer.accept("x", undefined)).toBeUndefined();
    expect(tracerOf(0.6).tracer.accept("x", "nonsense")?.context.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("makes spans that are told as OTLP has them", () => {
    const { tracer, spans } = tracerOf(1);
    const parent = tracer.begin("GET /", "server", { traceId: TRACE, spanId: SPAN });
    tracer.begin("session append", "internal", parent.context).end({ skipped: undefined, n: 1, f: 0.5, b: true });
    parent.end({ route: "/" }, { error: "500" });
    expect(JSON.parse(otlpBody({ "service.name": "parley" }, spans))).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "parley" } }] },
          scopeSpans: [
            {
              scope: { name: "parley" },
              spans: [
                {
                  traceId: TRACE,
                  spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
                  parentSpanId: parent.context.spanId,
                  name: "session append",
                  kind: 1,
                  startTimeUnixNano: "1790000000000500000",
                  endTimeUnixNano: "1790000000000750000",
                  attributes: [
                    { key: "n", value: { intValue: "1" } },
                    { key: "f", value: { doubleValue: 0.5 } },
                    { key: "b", value: { boolValue: true } },
                  ],
                  status: { code: 0 },
                },
                expect.objectContaining({ parentSpanId: SPAN, kind: 2, status: { code: 2, message: "500" } }),
              ],
            },
          ],
        },
      ],
    });
  });
});
