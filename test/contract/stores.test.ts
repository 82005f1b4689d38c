import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryStore } from "../../src/client/memory-store.ts";
import { launchBrowser } from "../support/browser.ts";
import { ROOT } from "../support/repository.ts";
import { storeCases } from "./suites/store.ts";

const BROWSER_START_MS = 60_000;

describe("a memory store", () => {
  it.each(storeCases)("$name", async ({ run }) => {
    const store = new MemoryStore();
    await run({ open: () => store });
  });
});

describe("an IndexedDB store in Chromium", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const entryPoints = [join(ROOT, "test/contract/run-store.ts")];
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "warning",
    });
    const script = outputFiles[0]?.text ?? "";
    // IndexedDB needs an origin.
    server = createServer((request, response) => {
      const isScript = request.url === "/run.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : '<script type="module" src="/run.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // SAFETY: it listens on TCP
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => "runStoreCase" in globalThis);
  }, BROWSER_START_MS);

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it.each(storeCases.map(({ name }, index) => ({ name, index })))("$name", async ({ index }) => {
    await page.evaluate((which) => globalThis.runStoreCase(which), index);
  });

  it("is kept over a reload, and gone after destroy", async () => {
    const write = () =>
      new IndexedDb("reload").write({ userId: "reload", version: 4, priority: 2, sessions: [], entries: [] });
    await page.evaluate(write);
    await page.reload();
    await page.waitForFunction(() => "runStoreCase" in globalThis);
    const kept = await page.evaluate(async () => {
      const store = new IndexedDb("reload");
      const before = await store.load();
      await store.destroy();
      return [before?.version, await new IndexedDb("reload").load()];
    });
    expect(kept).toEqual([4, undefined]);
  });
});
