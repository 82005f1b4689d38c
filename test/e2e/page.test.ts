import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { api } from "../support/api.ts";
import { launchBrowser } from "../support/browser.ts";
import { onEveryHost } from "../support/hosts.ts";
import { someone } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";

onEveryHost("the chat page", (url) => {
  it("is served", async () => {
    const page = await fetch(url);
    expect([page.status, page.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("/page.js");
    for (const file of ["/page.js", "/style.css"]) expect((await fetch(url + file)).status).toBe(200);
  });
});

onEveryHost("the reference page", (url) => {
  it("is served with everything that it needs, and lets nothing else in", async () => {
    const page = await fetch(`${url}/docs`);
    expect([page.status, page.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'; script-src 'self'");
    for (const file of ["/docs.js", "/docs-reference.js"]) {
      const { status, headers } = await fetch(url + file, { method: "GET" });
      expect([status, headers.get("X-Content-Type-Options")]).toEqual([200, "nosniff"]);
    }
  });
});

/** What goes wrong in a page, as its console has it. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

/** Development servers: only they give a token to whoever asks. */
describe.each(
  inject("servers")
    .map(([host]) => host)
    .filter((host) => host === "bun" || host === "workers"),
)("two tabs on %s", (host) => {
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      ServerProcess.start({ host, variables: { PARLEY_ENV: "development" } }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([server.dispose(), browser.close()]);
  });

  const tab = async (query: string): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.url}/${query}`);
    return page;
  };
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel("Write a message").fill(text);
    await page.keyboard.press("Enter");
  };
  const bubble = (page: Page, text: string) => page.locator(".bubble:not(.pending)", { hasText: text });

  it("talk to each other, in order, with unread counts and markup as text", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const [left, right] = [await tab(`?user=${alice}&to=${bob}`), await tab(`?user=${bob}`)];
    await say(left, "Hello <b>Bob</b>");
    await bubble(left, "Hello <b>Bob</b>").waitFor();
    await right.locator(".badge", { hasText: "1" }).waitFor();
    await right.locator(".sessions button").click();
    await bubble(right, "Hello <b>Bob</b>").waitFor();
    await right.locator(".badge").waitFor({ state: "detached" });
    for (const text of ["one", "two", "three"]) await say(right, text);
    await bubble(left, "three").waitFor();
    expect(await left.locator(".bubble .text").allInnerTexts()).toEqual(["Hello <b>Bob</b>", "one", "two", "three"]);
    await right.locator(".tick[data-tick=read]").last().waitFor();
  });

  it("bring older messages when scrolled up, once each", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    for (let n = 1; n <= 120; n += 1) {
      await api(server.url, "/v1/messages", { body: { packId: `p${n}`, from: alice, to: bob, content: `line ${n}.` } });
    }
    const page = await tab(`?user=${bob}&to=${alice}`);
    await bubble(page, "line 120.").waitFor();
    const count = () => page.locator(".bubble").count();
    expect(await count()).toBe(50);
    while ((await count()) < 120) {
      const before = await count();
      await page.locator(".entries").evaluate((entries) => entries.scrollTo(0, 0));
      await page.waitForFunction((old) => document.querySelectorAll(".bubble").length > old, before);
    }
    const texts = await page.locator(".bubble .text").allInnerTexts();
    expect(texts).toEqual(Array.from({ length: 120 }, (_, index) => `line ${index + 1}.`));
  });

  it("show what is done to messages where they are, and who is typing", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const [left, right] = [await tab(`?user=${alice}&to=${bob}`), await tab(`?user=${bob}&to=${alice}`)];
    const act = async (page: Page, text: string, label: string) => {
      await bubble(page, text).getByLabel("Actions").first().click();
      await bubble(page, text).getByRole("button", { name: label }).click();
    };
    for (const text of ["first", "second"]) await say(left, text);
    await bubble(right, "second").waitFor();
    await act(right, "first", "👍");
    await left.locator(".reactions", { hasText: "👍 1" }).waitFor();
    await act(left, "first", "Edit");
    await say(left, "the first");
    await bubble(right, "the first").locator("small", { hasText: "edited" }).waitFor();
    await act(right, "the first", "Answer");
    await say(right, "really?");
    await bubble(left, "really?").locator("blockquote", { hasText: "the first" }).waitFor();
    await act(left, "second", "Recall");
    await bubble(right, "This message was recalled").waitFor();
    await right.getByLabel("Write a message").fill("hm");
    await left.locator(".typing", { hasText: "typing" }).waitFor();
    const texts = ["the first", "This message was recalled", "really?"];
    for (const page of [left, right]) expect(await page.locator(".bubble .text").allInnerTexts()).toEqual(texts);
    // The same after a reload, from the store.
    await left.reload();
    await bubble(left, "really?").waitFor();
    expect(await left.locator(".bubble .text").allInnerTexts()).toEqual(texts);
  });

  it("have, on a phone, either the list or a conversation", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const page = await tab(`?user=${alice}&to=${bob}`);
    await page.setViewportSize({ width: 390, height: 780 });
    await say(page, "hello");
    await bubble(page, "hello").waitFor();
    expect(await page.locator(".sessions").isVisible()).toBe(false);
    await page.getByLabel("Conversations").click();
    await page.locator(".sessions button", { hasText: bob }).waitFor();
    expect(await page.getByLabel("Write a message").isVisible()).toBe(false);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
  });

  it("call business notices what they are, and show no more what an erased user wrote", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const page = await tab(`?user=${alice}&to=${bob}`);
    await api(server.url, "/v1/notices", { body: { packId: alice, users: [alice], content: "sale" } });
    await page.locator(".sessions button", { hasText: "Notices" }).waitFor();
    await api(server.url, "/v1/messages", { body: { packId: "secret", from: bob, to: alice, content: "secret" } });
    await bubble(page, "secret").waitFor();
    await api(server.url, `/v1/users/${bob}/erase`, { method: "POST" });
    await bubble(page, "This message was deleted").waitFor();
    await page.locator(".note", { hasText: "Messages were deleted" }).waitFor();
    expect(await page.getByText("secret").count()).toBe(0);
  });

  it("complain about nothing, and show no phones where there are none", async () => {
    const page = await (await browser.newContext()).newPage();
    const complaints = complaintsOf(page);
    const asked = page.waitForResponse((response) => response.url().endsWith("/dev/push"));
    await page.goto(`${server.url}/?user=${someone("alice")}`);
    expect(await (await asked).json()).toEqual({ phones: false });
    await page.locator(".status", { hasText: "online" }).waitFor();
    expect(await page.locator(".phones").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  // The same files on all hosts, as the test before sees.
  it.runIf(host === "bun")("show the reference of the API without asking anybody else", async () => {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    const complaints = complaintsOf(page);
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${server.url}/docs`);
    await page.getByText("Issue a token for a user").first().waitFor();
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("ask who you are when it is not said, and tell when the connection is gone", async () => {
    const page = await tab("");
    await page.getByLabel("Your user id").fill(someone("dora"));
    await page.keyboard.press("Enter");
    await page.locator(".status", { hasText: "online" }).waitFor();
    await page.context().setOffline(true);
    await server.kill();
    await page.locator(".status.bad").waitFor();
  });
});

describe("simulated phones", () => {
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    const variables = { PARLEY_ENV: "development", PUSH_SIMULATOR: "1" };
    [server, browser] = await Promise.all([ServerProcess.start({ host: "bun", variables }), launchBrowser()]);
  });
  afterAll(async () => {
    await Promise.all([server.dispose(), browser.close()]);
  });

  it("show beside the chat what a user who has no page open is pushed, and take it back", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const page = await (await browser.newContext()).newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${server.url}/?user=${alice}&to=${bob}`);
    const panel = page.getByLabel("Phones", { exact: true });
    expect(await panel.getByLabel("Whose phone").inputValue()).toBe(bob);
    for (const kind of ["apns", "webpush"]) {
      await panel.getByLabel("Kind of phone").selectOption(kind);
      await panel.getByRole("button", { name: "Add" }).click();
    }
    await panel.locator(".phone", { hasText: "Browser" }).waitFor();
    await page.getByLabel("Write a message").fill("are you there?");
    await page.keyboard.press("Enter");
    const notices = panel.locator(".phone .notice", { hasText: "are you there?" });
    await notices.nth(1).waitFor();
    expect(await notices.locator("strong").allInnerTexts()).toEqual([alice, alice]);
    await page.locator(".bubble", { hasText: "are you there?" }).getByLabel("Actions").first().click();
    await page.getByRole("button", { name: "Recall" }).click();
    for (const _ of ["apns", "webpush"]) await notices.first().waitFor({ state: "detached" });
    expect(await panel.locator(".status.bad").textContent()).toBe("");
    expect(complaints).toEqual([]);
  });
});
