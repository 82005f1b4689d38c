import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { truncateUnits, truncateUtf8, utf8Length } from "./text.ts";

const FAMILY = "👨‍👩‍👧‍👦";

describe("a text cut to bytes", () => {
  it.each([
    ["fits", "hello", 5, "hello"],
    ["is marked where it was cut", "hello world", 8, "hello…"],
    ["is cut between Chinese characters of three bytes", "你好世界", 10, "你好…"],
    ["is cut between Chinese characters, with bytes to spare", "你好世界", 11, "你好…"],
    ["keeps no half of a surrogate pair", "ab😀cd", 7, "ab…"],
    ["keeps no half of a family", `ab${FAMILY}cd`, 20, "ab…"],
    ["keeps a family whole", `ab${FAMILY}cdef`, 30, `ab${FAMILY}…`],
    ["keeps no half of a flag, wherever the row of flags is cut", "🇩🇪🇫🇷🇮🇹🇪🇸", 16, "🇩🇪…"],
    ["keeps no letter without its accent", "ae\u0301abcdef", 6, "a…"],
    ["has no room for the mark", "hello", 2, "he"],
    ["has no room at all", "hello", 0, ""],
  ])("%s", (_, text, maxBytes, expected) => {
    expect(truncateUtf8(text, maxBytes)).toBe(expected);
  });

  it("is never longer than asked, always well-formed, and a beginning of the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(80), (text, maxBytes) => {
        const cut = truncateUtf8(text, maxBytes);
        expect(utf8Length(cut)).toBeLessThanOrEqual(maxBytes);
        expect(cut.isWellFormed()).toBe(true);
        expect(text.startsWith(cut.replace(/…$/, "")) || text.startsWith(cut)).toBe(true);
      }),
    );
  });
});

describe("a text cut to characters", () => {
  it.each([
    ["fits", "你好", 2, "你好"],
    ["is marked where it was cut", "你好世界", 3, "你好…"],
    ["keeps no half of a surrogate pair", "a😀b", 3, "a…"],
    ["has no room at all", "你好", 0, ""],
  ])("%s", (_, text, maxUnits, expected) => {
    expect(truncateUnits(text, maxUnits)).toBe(expected);
  });
});
