import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, sourceFiles } from "./support/repository.ts";

const ROOMS = ["session", "mailbox", "job", "hook", "letters", "app", "push-token", "directory"];

/** `- **S1** …` in a SPEC.md. */
const RULE = /^- \*\*([A-Z]\d+)\*\*/gm;
/** A test whose name begins with the number of a rule. */
const TEST_OF_RULE = /\bit(?:\.each\([\s\S]*?\))?\(\s*["'`]([A-Z]\d+)\b/g;

function all(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, rule]) => String(rule));
}

const tests = [...sourceFiles("src"), ...sourceFiles("test")].filter(({ path }) => path.endsWith(".test.ts"));
const tested = new Set(tests.flatMap(({ text }) => all(TEST_OF_RULE, text)));

describe("the rules of each SPEC.md", () => {
  it.each(ROOMS)("of the %s room have a test that carries their number", (room) => {
    const rules = all(RULE, readFileSync(join(ROOT, "src/rooms", room, "SPEC.md"), "utf8"));
    expect(rules.length).toBeGreaterThan(4);
    expect(rules.filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it("have a number each", () => {
    const rules = ROOMS.flatMap((room) => all(RULE, readFileSync(join(ROOT, "src/rooms", room, "SPEC.md"), "utf8")));
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  it("are the only numbers that tests carry", () => {
    const rules = sourceRules();
    expect([...tested].filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it("are found in both forms", () => {
    expect(all(RULE, "text **S9**\n- **S1** a\n- **M30** b")).toEqual(["S1", "M30"]);
    expect(all(TEST_OF_RULE, 'it("S1 a"); it.each([1])("M2 b"); it("no S3"); xit("S4 c")')).toEqual(["S1", "M2"]);
  });
});

function sourceRules(): Set<string> {
  const specs = ROOMS.map((room) => readFileSync(join(ROOT, "src/rooms", room, "SPEC.md"), "utf8"));
  return new Set(specs.flatMap((text) => all(RULE, text)));
}
