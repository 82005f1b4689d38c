import { describe, expect, it } from "vitest";
import { HttpFailure } from "../http.ts";
import { outcomeOfFailure, PushFailure } from "./failure.ts";
import { digestName, shortName, uuidOf } from "./names.ts";
import { retryAfterMs } from "./retry-after.ts";

describe("a retry-after header", () => {
  const nowMs = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

  it.each([
    ["0", 0],
    ["120", 120_000],
    ["1.5", 1500],
    ["-3", 0],
    ["Wed, 21 Oct 2026 07:28:30 GMT", 30_000],
    ["Wed, 21 Oct 2026 07:27:00 GMT", 0],
    ["", undefined],
    ["soon", undefined],
    [undefined, undefined],
  ])("%j → %j ms", (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });
});

describe("names where providers limit them", () => {
  it("stay as they are while they fit, and are digests of one length otherwise", () => {
    expect(shortName("SC_alice_bob.7", 64)).toBe("SC_alice_bob.7");
    const long = shortName("x".repeat(65), 64);
    expect(long).toMatch(/^[\w-]{43}$/);
    expect(shortName("x".repeat(65), 64)).toBe(long);
    expect(shortName("y".repeat(65), 64)).not.toBe(long);
    expect(shortName("ü".repeat(33), 64)).toMatch(/^[\w-]{43}$/);
  });

  it("are digests where few characters are allowed", () => {
    expect(digestName("SC_ä_b.7", 32)).toMatch(/^[\w-]{32}$/);
  });

  it("are UUIDs of all their parts", () => {
    expect(uuidOf("a", "b")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf("a", "b")).toBe(uuidOf("a", "b"));
    expect(uuidOf("a", "b")).not.toBe(uuidOf("ab", ""));
  });
});

describe("a push without an answer", () => {
  it("is tried again, ends as it was told, or is a fault of ours", () => {
    expect(outcomeOfFailure(new HttpFailure("timeout"))).toEqual({ kind: "retry", reason: "http:timeout" });
    const outcome = { kind: "giveUp", reason: "why" } as const;
    expect(outcomeOfFailure(new PushFailure(outcome))).toBe(outcome);
    expect(() => outcomeOfFailure(new TypeError("a bug"))).toThrow("a bug");
  });
});
