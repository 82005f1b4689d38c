import { describe, expect, it } from "vitest";
import { cycles, importsOf, isTest, runtimeModules, wrongArrows } from "./support/import-rules.ts";
import { sourceFiles } from "./support/repository.ts";
import { bannedGlobals, explicitAny, longFiles, unexplainedCasts } from "./support/source-rules.ts";
import type { SourceFile } from "./support/syntax-tree.ts";

const MAX_LINES = 250;

/** Hosts, the page in its browser, and the one file in which the SDK takes its defaults from the runtime. */
function mayUseRuntime(path: string): boolean {
  return isTest(path) || /^src\/(hosts|page)\//.test(path) || path === "src/client/defaults.ts";
}

const files = sourceFiles("src");
const imports = files.flatMap(importsOf);
const everywhere = ["src", "test", "bench", "scripts"].flatMap(sourceFiles);

describe("the source", () => {
  it("is there", () => {
    const layers = new Set(files.map(({ path }) => path.split("/")[1]));
    expect([...layers]).toEqual(expect.arrayContaining(["protocol", "kernel", "rooms", "client", "routes", "hosts"]));
  });

  it("imports along the arrows only", () => {
    expect(wrongArrows(imports)).toEqual([]);
  });

  it("has no import cycles, type imports included", () => {
    expect(cycles(imports)).toEqual([]);
  });

  it("names runtime modules in hosts only", () => {
    expect(runtimeModules(imports, mayUseRuntime)).toEqual([]);
  });

  it("uses clock, randomness, timers, console and network in hosts only", () => {
    expect(files.filter(({ path }) => !mayUseRuntime(path)).flatMap(bannedGlobals)).toEqual([]);
  });

  it(`has files of at most ${MAX_LINES} lines`, () => {
    expect(longFiles(files, MAX_LINES)).toEqual([]);
  });

  it("has no any", () => {
    expect(everywhere.flatMap(explicitAny)).toEqual([]);
  });

  it("explains every cast", () => {
    expect(everywhere.flatMap(unexplainedCasts)).toEqual([]);
  });
});

/** The checks themselves, on sources that break one rule each. */
describe("the checks", () => {
  const file = (path: string, text: string): SourceFile => ({ path, text });
  const arrowsOf = (path: string, text: string) => wrongArrows(importsOf(file(path, text)));

  it.each([
    ["src/protocol/a.ts", `import { b } from "../kernel/b.ts";`],
    ["src/kernel/a.ts", `import type { B } from "../rooms/session/b.ts";`],
    ["src/rooms/session/a.ts", `export { b } from "../mailbox/b.ts";`],
    ["src/rooms/session/a.ts", `export * from "../../routes/b.ts";`],
    ["src/client/a.ts", `type B = import("../rooms/session/b.ts").B;`],
    ["src/client/a.ts", `const b = await import("../routes/b.ts");`],
    ["src/routes/a.ts", `import "../hosts/native/b.ts";`],
    ["src/page/a.ts", `import "../hosts/native/b.ts";`],
    ["src/kernel/a.ts", `import { b } from "../../test/support/b.ts";`],
    ["src/kernel/a.ts", `import { b } from "./b.test.ts";`],
    ["src/newcomer/a.ts", `import { b } from "../protocol/b.ts";`],
  ])("find a wrong arrow in %s: %s", (path, text) => {
    expect(arrowsOf(path, text)).toHaveLength(1);
  });

  it.each([
    ["src/hosts/native/a.ts", `import { b } from "../../rooms/session/b.ts"; import { c } from "../bun/c.ts";`],
    ["src/rooms/session/a.ts", `import { b } from "./b.ts"; import { z } from "zod"; import "../../kernel/c.ts";`],
    ["src/kernel/a.test.ts", `import { b } from "../hosts/native/b.ts";`],
  ])("let right arrows pass in %s: %s", (path, text) => {
    expect(arrowsOf(path, text)).toEqual([]);
  });

  it("find a cycle through type imports", () => {
    const a = file("src/kernel/a.ts", `import { b } from "./b.ts";`);
    const b = file("src/kernel/b.ts", `import type { C } from "./c.ts";`);
    const c = file("src/kernel/c.ts", `export { a } from "./a.ts";`);
    expect(cycles([a, b].flatMap(importsOf))).toEqual([]);
    expect(cycles([a, b, c].flatMap(importsOf))).toEqual([
      "src/kernel/a.ts -> src/kernel/b.ts -> src/kernel/c.ts -> src/kernel/a.ts",
    ]);
  });

  it.each(["node:fs", "bun:sqlite", "bun", "cloudflare:workers"])("find the runtime module %s", (specifier) => {
    const found = importsOf(file("src/kernel/a.ts", `import type { X } from "${specifier}";`));
    expect(runtimeModules(found, mayUseRuntime)).toHaveLength(1);
    expect(runtimeModules(found, () => true)).toEqual([]);
  });

  it.each([
    "const t = Date.now();",
    "const clock = Date.now;",
    "const t = new Date();",
    "const r = Math.random();",
    "setTimeout(() => {}, 1);",
    "const ports = { fetch };",
    "const f = globalThis.fetch;",
    "console.log(1);",
    "const l = (console as Console).log;",
  ])("find a banned global in: %s", (text) => {
    expect(bannedGlobals(file("src/kernel/a.ts", text))).not.toEqual([]);
  });

  it.each([
    "const r = app.fetch(request);",
    "const d = new Date(ms);",
    "interface Ports { fetch(): void; readonly console: number }",
    "type Timer = ReturnType<typeof setTimeout>;",
    "// Date.now() and Math.random() in a comment",
  ])("let pass: %s", (text) => {
    expect(bannedGlobals(file("src/kernel/a.ts", text))).toEqual([]);
  });

  it.each([
    "const a = b as C;",
    "const a = b!;",
    "const a = b as unknown as C;",
    "// SAFETY: too far away\n\n\nconst a = b as C;",
  ])("find an unexplained cast in: %s", (text) => {
    expect(unexplainedCasts(file("src/kernel/a.ts", text))).not.toEqual([]);
  });

  it.each([
    "const a = b as C; // SAFETY: because",
    "// SAFETY: because\nconst a = b as C;",
    "const a = [1] as const;",
    "const a = b satisfies C;",
    "import { a as b } from './c.ts';",
  ])("let a cast pass: %s", (text) => {
    expect(unexplainedCasts(file("src/kernel/a.ts", text))).toEqual([]);
  });

  it("find any, but not the word", () => {
    expect(explicitAny(file("src/a.ts", "const a: any = 1; type B = Array<any>;"))).toHaveLength(2);
    expect(explicitAny(file("src/a.ts", "const any = 'any'; // any"))).toEqual([]);
  });

  it("find a file that is too long", () => {
    expect(longFiles([file("src/a.ts", "x\n".repeat(MAX_LINES + 1))], MAX_LINES)).toHaveLength(1);
    expect(longFiles([file("src/a.ts", "x\n".repeat(MAX_LINES))], MAX_LINES)).toEqual([]);
  });
});
