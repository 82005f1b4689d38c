import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../routes/config.ts";
import { readSettings } from "./settings.ts";

const dataDir = mkdtempSync(join(tmpdir(), "parley-settings-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

describe("the words of a native server", () => {
  it("come from a file", () => {
    const file = join(dataDir, "words.txt");
    writeFileSync(file, "bad\nworse\n");
    const { config } = readSettings({ PARLEY_DATA: dataDir, PARLEY_WORDS_FILE: file });
    expect(config.policy.words?.apply("bad or worse")).toBe("*** or *****");
  });

  it("are demanded when they are named: without them the server does not start", () => {
    const PARLEY_WORDS_FILE = join(dataDir, "nowhere.txt");
    expect(() => readSettings({ PARLEY_DATA: dataDir, PARLEY_WORDS_FILE })).toThrow(ConfigError);
  });
});
