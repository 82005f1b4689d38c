import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

const variables = {
  PARLEY_ENV: "production",
  PARLEY_TOKEN_SECRET: "abcdefghijklmnopqrstuvwxyz0123456789",
  PARLEY_SERVER_KEYS: "sk_main_abcdefghijklmnopqrstuvwxyz0123456789",
};
const wordsOf = (given: Readonly<Record<string, string>>) => readConfig({ ...variables, ...given }).policy.words;

describe("the words of a deployment", () => {
  it("are one in a line, and replaced unless told otherwise", () => {
    expect(wordsOf({ PARLEY_WORDS: "bad\r\n\n worse \n" })?.apply("bad, worse")).toBe("***, *****");
    const rejecting = wordsOf({ PARLEY_WORDS: "bad", PARLEY_WORDS_ACTION: "reject" });
    expect(() => rejecting?.apply("bad")).toThrow(expect.objectContaining({ errorName: "SENSITIVE_WORD" }));
  });

  it("are not there unless they are set", () => {
    for (const given of [{}, { PARLEY_WORDS: "" }, { PARLEY_WORDS: " \n" }]) expect(wordsOf(given)).toBeUndefined();
    expect(() => wordsOf({ PARLEY_WORDS_ACTION: "ignore" })).toThrow(ConfigError);
  });

  it("are made into a filter once, however often the configuration is read", () => {
    const first = wordsOf({ PARLEY_WORDS: "bad" });
    expect(wordsOf({ PARLEY_WORDS: "bad" })).toBe(first);
    expect(wordsOf({ PARLEY_WORDS: "bad", PARLEY_WORDS_ACTION: "reject" })).not.toBe(first);
    expect(wordsOf({ PARLEY_WORDS: "worse" })?.apply("bad worse")).toBe("bad *****");
  });
});
