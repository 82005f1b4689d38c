import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { programOf, runProgram, typeErrors } from "../support/doc-program.ts";
import { ROOT } from "../support/repository.ts";
import { SERVER_KEYS, ServerProcess } from "../support/server-process.ts";
import { tokenFor } from "../support/tokens.ts";

const program = programOf("docs/client.md");

describe("docs/client.md", () => {
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start({ host: "node" }), launchBrowser()]);
  });
  afterAll(async () => {
    await Promise.all([server.dispose(), browser.close()]);
  });

  it("is type-correct", async () => {
    expect(await typeErrors([program.text, ...program.forBrowser])).toMatchObject({ code: 0, output: "" });
  });

  it("does what it says", async () => {
    const variables = { PARLEY_URL: server.url, PARLEY_KEY: SERVER_KEYS.main };
    const { code, output, errors } = await runProgram(program.text, variables);
    expect(output.trimEnd().split("\n"), errors).toEqual(program.output);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(program.output.length).toBeGreaterThan(40);
  });

  it("does it in browsers, too", async () => {
    const token = await tokenFor("dora");
    // The program comes from the test, which the policy of the chat page does not know.
    const page = await browser.newPage({ bypassCSP: true });
    await page.exposeFunction("fetchTokenFromYourServer", () => token);
    await page.goto(server.url);
    for (const block of program.forBrowser) {
      const contents = `${block}\nglobalThis.hasRun = true;`;
      const stdin = { contents, resolveDir: ROOT, loader: "ts" } as const;
      const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
      await page.addScriptTag({ type: "module", content: outputFiles[0]?.text ?? "" });
      await page.waitForFunction(() => "hasRun" in globalThis);
    }
    expect(program.forBrowser).toHaveLength(1);
  });
});
