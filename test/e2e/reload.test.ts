import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { ROOT } from "../support/repository.ts";
import { tokenFor } from "../support/tokens.ts";
import type { Run } from "./reload-page.ts";

const KEPT = 150;
const NEW = 7;

describe("a page that is loaded again", () => {
  let browser: Browser;
  let script: string;

  beforeAll(async () => {
    const entryPoints = [join(ROOT, "test/e2e/reload-page.ts")];
    const [{ outputFiles }, launched] = await Promise.all([
      build({ entryPoints, bundle: true, format: "esm", write: false }),
      launchBrowser(),
    ]);
    script = outputFiles[0]?.text ?? "";
    browser = launched;
  });
  afterAll(() => browser.close());

  async function run(page: Page, url: string, options: { userId: string; chat: string; awaits: number }): Promise<Run> {
    await page.goto(url);
    await page.addScriptTag({ type: "module", content: script });
    await page.waitForFunction(() => "runClient" in globalThis);
    const token = await tokenFor(options.userId);
    return page.evaluate((given) => globalThis.runClient(given), { ...options, url, token });
  }

  it("shows what it had, and fetches what changed since: one row and the new entries", async () => {
    const [[, url] = ["bun", ""]] = inject("servers");
    const alice = await Person.online({ url, userId: someone("alice") });
    const userId = someone("bob");
    const chat = alice.with(userId);
    await Promise.all(upTo(KEPT).map((n) => alice.client.send(chat, `${n}`)));
    const carol = await Person.online({ url, userId: someone("carol") });
    await carol.client.send(carol.with(userId), "hello");
    // The script comes from the test, which the policy of the chat page does not know.
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();

    const first = await run(page, url, { userId, chat, awaits: KEPT + 1 });
    expect(first.atOnce).toEqual({ sessions: 0, entries: 0 });
    expect(first.received).toMatchObject({ rows: 2, entries: KEPT + 1 });

    await Promise.all(upTo(NEW).map((n) => alice.client.send(chat, `new ${n}`)));
    await alice.client.messages.recall(chat, KEPT + NEW);
    const again = await run(page, url, { userId, chat, awaits: NEW + 1 });
    // Before anything was received: the list, and the entries as they were.
    expect(again.atOnce).toEqual({ sessions: 2, entries: KEPT });
    expect(again.handedOut).toEqual(upTo(NEW + 1).map((n) => KEPT + n));
    // The row that changed, the control entry ahead of the log, and what is new.
    expect(again.received).toEqual({ rows: 1, priority: 1, entries: NEW + 1 });
    expect(again.unread).toBe(first.unread + NEW - 1);

    const idle = await run(page, url, { userId, chat, awaits: 0 });
    expect(idle.atOnce).toEqual({ sessions: 2, entries: KEPT + NEW + 1 });
    expect(idle.received).toEqual({ rows: 0, priority: 0, entries: 0 });
    alice.close();
    carol.close();
  });
});
