import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { upTo } from "../support/person.ts";
import { ROOT } from "../support/repository.ts";
import { freePort, NATIVE_HOSTS, SERVER_KEYS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

const ENTRIES = 20_000;
const SESSION = "SC_alice_bob";

/** An export of a chat that takes many requests. */
function linesOf(count: number): string {
  const lines = upTo(count).map((seqId) => {
    const from = seqId % 2 === 0 ? "alice" : "bob";
    const content = `${seqId} ${"word ".repeat(30)}`;
    const entry = {
      seqId,
      timestamp: 1_700_000_000_000 + seqId,
      from,
      packId: `p-${seqId}`,
      kind: "message",
      contentType: 1,
      content,
    };
    return `${JSON.stringify({ type: "entry", sessionId: SESSION, entry })}\n`;
  });
  return lines.join("");
}

/** `npm run admin -- …` in front of a server. Resolves with its exit code; `heard` is told what it says on the way. */
async function admin(url: string, words: readonly string[], heard: () => void = () => {}): Promise<number | null> {
  const env = { ...process.env, PARLEY_URL: url, PARLEY_KEY: SERVER_KEYS.main };
  const node = join(ROOT, "node_modules/.bin/node");
  const child = spawn(node, ["scripts/admin.ts", ...words], { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
  child.stderr.on("data", heard);
  const [code] = await once(child, "close");
  return code as number | null; // SAFETY: what `close` is told
}

describe.each(NATIVE_HOSTS)("an import into %s", (host) => {
  it("whose server is killed in the middle of it is run again, and is whole", { timeout: 120_000 }, async () => {
    const dataDir = temporaryDirectory();
    const [file, back] = [join(dataDir, "moved.ndjson"), join(dataDir, "back.ndjson")];
    writeFileSync(file, linesOf(ENTRIES));
    const port = await freePort();
    let server = await ServerProcess.start({ host, dataDir, port });
    const killed: Promise<void>[] = [];
    const kill = () => {
      if (killed.length === 0) killed.push(server.kill());
    };
    expect(await admin(server.url, ["import", file], kill)).toBe(1);
    await Promise.all(killed);
    server = await ServerProcess.start({ host, dataDir, port });
    expect(await admin(server.url, ["import", file])).toBe(0);
    expect(await admin(server.url, ["export", back, SESSION])).toBe(0);
    expect(readFileSync(back, "utf8") === readFileSync(file, "utf8")).toBe(true);
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
