import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
  "/docs": ["docs.html", "text/html; charset=utf-8"],
  "/docs.js": ["docs.js", "text/javascript; charset=utf-8"],
  "/docs-reference.js": ["docs-reference.js", "text/javascript; charset=utf-8"],
} as const;

/** Pages run nothing but their own scripts and talk to nobody but this server. The reference page makes its styles itself. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Of every page and script, on every host. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-cache",
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** The built pages, read once. */
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
    return new Response(found.body, { headers: { ...PAGE_HEADERS, "Content-Type": found.type } });
  }
}
