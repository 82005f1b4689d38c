import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./repository.ts";

/** The program that the `ts` blocks of a page are, one after the other. */
export interface DocProgram {
  readonly text: string;
  /** What the comments behind `console.log` say, in order. */
  readonly output: readonly string[];
  /** Blocks that need a browser, each a program of its own. */
  readonly forBrowser: readonly string[];
}

const BLOCK = /^```(\w+)( browser)?\n(.*?)^```$/gms;
const LOGGED = /console\.log\(.*\).*; \/\/ (.+)$/gm;

export function programOf(path: string): DocProgram {
  const page = readFileSync(join(ROOT, path), "utf8");
  const blocks = [...page.matchAll(BLOCK)].map(([, language, browser, text = ""]) => ({ language, browser, text }));
  const strange = blocks.filter(({ language }) => language !== "ts");
  if (strange.length > 0) throw new Error(`${path} has blocks that nothing runs: ${strange[0]?.text}`);
  const text = blocks.flatMap((block) => (block.browser === undefined ? block.text : [])).join("\n");
  const forBrowser = blocks.flatMap((block) => (block.browser === undefined ? [] : block.text));
  return { text, output: [...text.matchAll(LOGGED)].map(([, said = ""]) => said), forBrowser };
}

/** Inside of the repository, so that `parley/client` is what the package exports. */
export function inFolder<T>(run: (folder: string) => T): T {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "dist/docs-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const result = run(folder);
  if (result instanceof Promise) void result.then(remove, remove);
  else remove();
  return result;
}

const BIN = join(ROOT, "node_modules/.bin");

/** Type-checks programs as an application's compiler would, and answers with what it found. */
export function typeErrors(programs: readonly string[]): Promise<Finished> {
  return inFolder((folder) => {
    for (const [index, text] of programs.entries()) writeFileSync(join(folder, `${index}.ts`), `${text}\nexport {};\n`);
    // What a page takes as given.
    writeFileSync(join(folder, "given.d.ts"), "declare function fetchTokenFromYourServer(): Promise<string>;\n");
    const compilerOptions = { noUnusedLocals: false, lib: ["ES2024", "DOM", "DOM.Iterable"], types: ["node"] };
    const config = { extends: "../../tsconfig.base.json", compilerOptions, include: ["*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    return finished(join(BIN, "tsc"), ["-p", folder], {});
  });
}

/** Runs a program with Node. */
export function runProgram(text: string, variables: Readonly<Record<string, string>>): Promise<Finished> {
  return inFolder((folder) => {
    const file = join(folder, "program.ts");
    writeFileSync(file, `${text}\nexport {};\n`);
    return finished(join(BIN, "node"), [file], variables);
  });
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function finished(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Finished> {
  const env = { PATH: process.env.PATH, NO_COLOR: "1", ...variables };
  const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output, errors }));
  });
}
