import { describe, expect, it } from "vitest";
import { readOpenMetrics, sampleOf } from "../../test/support/open-metrics.ts";
import { Metrics } from "./metrics.ts";

describe("the text of metrics", () => {
  it("is OpenMetrics, whatever labels and help say", () => {
    const metrics = new Metrics({ isolate: 'a"b' });
    metrics.counter({ name: "x_messages", help: 'said "so"\\\nand so' }).add(3);
    metrics.counters({ name: "x_ends", help: "ends" }, ["queue", "end"]).of("a\\b", "line\nbreak").add();
    metrics.gauge({ name: "x_free_bytes", unit: "bytes", help: "free" }, () => Number.POSITIVE_INFINITY);
    metrics.gauge({ name: "x_unknown", help: "nobody knows" }, () => undefined);
    metrics.gauge({ name: "x_rooms", help: "rooms" }, () => [{ labels: { kind: "mailbox" }, value: 2 }]);
    const families = readOpenMetrics(metrics.text());
    expect(sampleOf(families, "x_messages_total", { isolate: 'a"b' })).toBe(3);
    expect(sampleOf(families, "x_ends_total", { queue: "a\\b", end: "line\nbreak" })).toBe(1);
    expect(sampleOf(families, "x_free_bytes")).toBe(Number.POSITIVE_INFINITY);
    expect(families.get("x_unknown")?.samples).toEqual([]);
    expect(sampleOf(families, "x_rooms", { kind: "mailbox" })).toBe(2);
  });

  it("counts in each bucket of a histogram all that is at most its bound", () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram({ name: "x_seconds", unit: "seconds", help: "time" }, [0.1, 1, 5]);
    for (const value of [0.1, 0.10001, 0.5, 1, 7]) histogram.observe(value);
    const families = readOpenMetrics(metrics.text());
    const at = (le: string) => sampleOf(families, "x_seconds_bucket", { le });
    expect([at("0.1"), at("1.0"), at("5.0"), at("+Inf")]).toEqual([1, 4, 4, 5]);
    expect(sampleOf(families, "x_seconds_count")).toBe(5);
    expect(sampleOf(families, "x_seconds_sum")).toBeCloseTo(8.70001);
  });

  it("has each name once, with its unit at the end", () => {
    const metrics = new Metrics();
    metrics.counter({ name: "x", help: "x" });
    expect(() => metrics.gauge({ name: "x", help: "x" }, () => 1)).toThrow("two metrics are called x");
    expect(() => metrics.counter({ name: "y", unit: "bytes", help: "y" })).toThrow("does not end with its unit");
  });
});

describe("the reader of the tests", () => {
  it.each([
    ["no end", "# TYPE a gauge\n# HELP a b\na 1\n"],
    ["no type", "# HELP a b\na 1\n# EOF\n"],
    ["a counter without its suffix", "# TYPE a counter\n# HELP a b\na 1\n# EOF\n"],
    ["a counter below zero", "# TYPE a counter\n# HELP a b\na_total -1\n# EOF\n"],
    ["a sample twice", "# TYPE a gauge\n# HELP a b\na 1\na 2\n# EOF\n"],
    ["a family in two parts", "# TYPE a gauge\n# HELP a b\na 1\n# TYPE c gauge\n# HELP c d\nc 1\n# HELP a b\n# EOF\n"],
    ["a broken escape", '# TYPE a gauge\n# HELP a b\na{l="\\x"} 1\n# EOF\n'],
    ["an empty line", "# TYPE a gauge\n# HELP a b\n\na 1\n# EOF\n"],
    ["no number", "# TYPE a gauge\n# HELP a b\na one\n# EOF\n"],
    [
      "a bound that is no float",
      '# TYPE a histogram\n# HELP a b\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n# EOF\n',
    ],
    [
      "buckets that shrink",
      '# TYPE a histogram\n# HELP a b\na_bucket{le="1.0"} 2\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n# EOF\n',
    ],
    ["no last bucket", '# TYPE a histogram\n# HELP a b\na_bucket{le="1.0"} 1\na_count 1\na_sum 1\n# EOF\n'],
  ])("refuses %s", (_, text) => {
    expect(() => readOpenMetrics(text)).toThrow();
  });
});
