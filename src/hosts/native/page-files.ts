import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
} as const;

/** The built chat page, read once. */
export class PageFiles {
  readonly #responses = new Map<string, { body: string; type: string }>();

  constructor(directory: string) {
    for (const [path, [name, type]] of Object.entries(FILES)) {
      const file = join(directory, name);
      if (existsSync(file)) this.#responses.set(path, { body: readFileSync(file, "utf8"), type });
    }
  }

  find(path: string): Response | undefined {
    const found = this.#responses.get(path);
    if (found === undefined) return undefined;
    const headers = { "Content-Type": found.type, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff" };
    return new Response(found.body, { headers });
  }
}
