import { describe, expect, it } from "vitest";
import { aMessage } from "../../../test/support/push.ts";
import { fitPayload } from "./fit.ts";
import type { PushMessage } from "./provider.ts";
import { utf8Length } from "./text.ts";

const encode = ({ title, body, data }: PushMessage) => JSON.stringify({ title, body, data });
const LIMIT = 1024;

function fitted(changes: Partial<PushMessage>): { title: string; body: string; data: Record<string, string> } {
  const text = fitPayload(aMessage(changes), LIMIT, encode);
  expect(utf8Length(text)).toBeLessThanOrEqual(LIMIT);
  return JSON.parse(text);
}

describe("a payload", () => {
  it("that fits is left alone", () => {
    expect(fitted({ body: "short", data: { order: "7" } })).toMatchObject({ body: "short", data: { order: "7" } });
  });

  it("loses the end of its body, and not more than it must", () => {
    const { body, data } = fitted({ body: "你".repeat(2000), data: { order: "7" } });
    expect(data).toEqual({ order: "7" });
    expect(body).toMatch(/^你+…$/);
    expect(utf8Length(fitPayload(aMessage({ body: "你".repeat(2000) }), LIMIT, encode))).toBeGreaterThan(LIMIT - 4);
  });

  it("counts what JSON makes of a body: a quotation mark is two bytes, a control character six", () => {
    expect(fitted({ body: '"'.repeat(2000) }).body.length).toBeLessThan(LIMIT / 2);
    expect(fitted({ body: "\u0001".repeat(2000) }).body.length).toBeLessThan(LIMIT / 6);
  });

  it("loses its custom data rather than the last legible piece of its body", () => {
    const { body, data } = fitted({ body: "b".repeat(500), data: { blob: "x".repeat(950) } });
    expect(data).toEqual({});
    expect(body).toBe("b".repeat(500));
  });

  it("keeps a short body whole beside data", () => {
    expect(fitted({ body: "hi", data: { blob: "x".repeat(900) } })).toMatchObject({
      body: "hi",
      data: { blob: "x".repeat(900) },
    });
  });

  it("loses a link that is longer than all the rest may be", () => {
    const linked = ({ title, body, uri }: PushMessage) => JSON.stringify({ title, body, uri });
    const text = fitPayload(aMessage({ uri: `https://example.org/${"u".repeat(LIMIT)}` }), LIMIT, linked);
    expect(JSON.parse(text)).toEqual({ title: "Alice", body: "" });
  });

  it("loses the end of its title before that", () => {
    expect(fitted({ title: "t".repeat(5000), body: "b" })).toMatchObject({
      title: expect.stringMatching(/^t+…$/),
      body: "",
      data: {},
    });
  });
});
