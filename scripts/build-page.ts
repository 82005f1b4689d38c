/** Builds the chat page into `public/`, where every host serves it from. */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const source = join(root, "src/page");
const target = join(root, "public");

mkdirSync(target, { recursive: true });
for (const file of ["index.html", "style.css"]) cpSync(join(source, file), join(target, file));
await build({
  entryPoints: [join(source, "page.ts")],
  outfile: join(target, "page.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  logLevel: "warning",
});
