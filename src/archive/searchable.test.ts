import { describe, expect, it } from "vitest";
import { message } from "../../test/contract/archive-under-test.ts";
import { AppId, SessionId } from "../protocol/ids.ts";
import { folded, matchOf, readableText, scopeOf, snippetOf, termsOf } from "./searchable.ts";

describe("what a search looks at", () => {
  it.each([
    ["Hello  World\n", "hello world"],
    ["ＡＢＣ ｱ", "abc ア"],
    ["cafe\u0301", "café"],
    ["a\u0000b", "a b"],
    ["\ud800", "\ufffd"],
  ])("folds %j to %j", (text, expected) => {
    expect(folded(text)).toBe(expected);
  });

  it("takes the fields that people read, and a forward's messages one level deep", () => {
    const inner = { title: "inner", items: [{ content: "deepest" }] };
    const items = [{ content: "first" }, { content: { text: "second", url: "no" } }, { content: inner }, null, 7];
    expect(readableText(message(1, { title: "outer", url: "no", items }))).toBe("outer\nfirst\nsecond\ninner");
    expect(readableText(message(1, "https://a/b.png", { contentType: 2 }))).toBe("");
    expect(readableText(message(1, "own type", { contentType: 1_000 }))).toBe("own type");
  });

  it("counts characters and not UTF-16 units for what the index takes", () => {
    expect(termsOf("ab abc 👋👋 👋👋👋 ABC")).toEqual({ indexed: ["abc", "👋👋👋"], short: ["ab", "👋👋"] });
  });

  it("quotes every term", () => {
    expect(matchOf(["000", "0az"], ['a"b', "or"])).toBe('scope : ("000" OR "0az") AND text : ("a""b" AND "or")');
    expect(matchOf([], ["abc"])).toBe('text : ("abc")');
  });

  it("gives every session three characters, which differ by app", () => {
    const sessionId = SessionId.parse("SC_a_b");
    const [one, other] = [scopeOf(AppId.parse("one"), sessionId), scopeOf(AppId.parse("other"), sessionId)];
    expect(one).toMatch(/^[0-9a-z]{3}$/);
    expect(one).not.toBe(other);
  });

  it("cuts a snippet round the word, and no character in half", () => {
    const text = `${"👋".repeat(60)}Needle${"👋".repeat(100)}`;
    const snippet = snippetOf(message(1, text), termsOf("needle"));
    expect(snippet).toMatch(/^….*Needle.*…$/u);
    expect(snippet.isWellFormed()).toBe(true);
    expect(snippetOf(message(1, "short"), termsOf(""))).toBe("short");
  });
});
