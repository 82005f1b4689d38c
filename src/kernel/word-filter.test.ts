import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WordAutomaton } from "./word-automaton.ts";
import { allowedText, WordFilter } from "./word-filter.ts";

const replacing = (...list: string[]) => new WordFilter({ list, action: "replace" });

describe("the word filter", () => {
  it.each([
    ["a bad word", "a *** word"],
    ["BaD, bADder", "***, ***der"],
    ["ｂａｄ ＢＡＤ", "*** ***"],
    ["b-a_d b.a.d b\u200bad", "***** ***** ****"],
    ["b a d", "b a d"],
    ["敏感词 敏 感　词 敏*感·词", "*** ***** *****"],
    ["badbad", "******"],
    ["", ""],
    ["ba", "ba"],
    ["😀bad😀", "😀***😀"],
    ["bad\nnews", "*** news".replace(" ", "\n")],
  ])("makes %j into %j", (text, clean) => {
    expect(replacing("bad", "敏感词").apply(text)).toBe(clean);
  });

  it("counts characters, not UTF-16 units", () => {
    expect(replacing("💩x").apply("a💩x💩b")).toBe("a**💩b");
  });

  it("finds the longest of words that begin, end or lie within one another", () => {
    expect(replacing("he", "she", "hers", "usher").apply("ushers hehe")).toBe("****** ****");
    expect(replacing("abcd", "bc").apply("abce abcd")).toBe("a**e ****");
  });

  it("takes words with their separators, capitals and margins as the same word", () => {
    expect(replacing(" Bad-Word\r", "", "  ", "--").apply("my badword is bad-word")).toBe("my ******* is ********");
  });

  it("gives the same text back when nothing is found, and refuses when told so", () => {
    const rejecting = new WordFilter({ list: ["bad"], action: "reject" });
    expect(rejecting.apply("good")).toBe("good");
    expect(() => rejecting.apply("not b.a.d")).toThrow(expect.objectContaining({ errorName: "SENSITIVE_WORD" }));
    expect(allowedText(undefined, "bad")).toBe("bad");
    expect(() => allowedText(rejecting, "bad")).toThrow();
  });

  it("finds what a plain search finds", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), text, (list, given) => {
        expect(replacing(...list).apply(given)).toBe(plainly(list, given));
      }),
      { numRuns: 500 },
    );
  });
});

/** Marks every place of every word. */
function plainly(list: readonly string[], text: string): string {
  const marked = [...text].map(() => false);
  for (const word of list) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) marked.fill(true, at, at + word.length);
  }
  return [...text].map((one, at) => (marked[at] ? "*" : one)).join("");
}

describe("the automaton", () => {
  it("knows the longest word that ends after each unit", () => {
    const units = (word: string) => [...word].map((one) => one.charCodeAt(0));
    const automaton = new WordAutomaton(["he", "she", "his", "hers"].map(units));
    let state = 0;
    const lengths = units("ushers").map((unit) => {
      state = automaton.next(state, unit);
      return automaton.wordAt(state);
    });
    expect(lengths).toEqual([0, 0, 0, 3, 0, 4]);
  });

  it("knows no word when it was given none", () => {
    const automaton = new WordAutomaton([]);
    expect(automaton.wordAt(automaton.next(0, 97))).toBe(0);
  });
});
