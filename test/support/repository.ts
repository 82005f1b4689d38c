import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "./syntax-tree.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** The TypeScript files under a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return globSync(`${folder}/**/*.ts`, { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}
