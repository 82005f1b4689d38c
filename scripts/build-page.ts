/** Builds the chat page and the API's reference page into `public/`, where every host serves them from. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { PAGE_HEADERS } from "../src/hosts/native/page-files.ts";

const root = join(import.meta.dirname, "..");
const source = join(root, "src/page");
const target = join(root, "public");
const reference = join(root, "node_modules/@scalar/api-reference/dist/browser/standalone.js");

mkdirSync(target, { recursive: true });
for (const file of ["index.html", "style.css"]) cpSync(join(source, file), join(target, file));
cpSync(join(source, "docs/docs.html"), join(target, "docs.html"));
cpSync(reference, join(target, "docs-reference.js"));
await build({
  entryPoints: { page: join(source, "page.ts"), docs: join(source, "docs/docs.ts") },
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  logLevel: "warning",
});

/** Workers serves the files as assets, with the headers that this file says. */
const lines = Object.entries(PAGE_HEADERS).map(([name, value]) => `  ${name}: ${value}\n`);
writeFileSync(join(target, "_headers"), `/*\n${lines.join("")}`);
