import { type ChildProcess, spawn } from "node:child_process";
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

/** `npm run admin -- …` in front of a server. */
class Terminal {
  readonly #child: ChildProcess;
  /** With the exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;

  constructor(url: string, ...words: string[]) {
    const env = { ...process.env, PARLEY_URL: url, PARLEY_KEY: SERVER_KEYS.main };
    const node = join(ROOT, "node_modules/.bin/node");
    this.#child = spawn(node, ["scripts/admin.ts", ...words], { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
    this.ended = once(this.#child, "close").then(([code]) => code);
  }

  /** Resolves when it says how far it is, for the first time. */
  async hasBegun(): Promise<void> {
    if (this.#child.stderr !== null) await once(this.#child.stderr, "data");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

describe.each(NATIVE_HOSTS)("an import into %s", (host) => {
  it("survives its own end and that of its server, each in the middle of it", { timeout: 120_000 }, async () => {
    const dataDir = temporaryDirectory();
    const [file, back] = [join(dataDir, "moved.ndjson"), join(dataDir, "back.ndjson")];
    writeFileSync(file, linesOf(ENTRIES));
    const port = await freePort();
    let server = await ServerProcess.start({ host, dataDir, port });
    const first = new Terminal(server.url, "import", file);
    await first.hasBegun();
    first.kill();
    expect(await first.ended).toBeNull();

    const second = new Terminal(server.url, "import", file);
    await second.hasBegun();
    await server.kill();
    server = await ServerProcess.start({ host, dataDir, port });
    expect(await second.ended).toBe(0);

    expect(await new Terminal(server.url, "export", back, SESSION).ended).toBe(0);
    expect(readFileSync(back, "utf8") === readFileSync(file, "utf8")).toBe(true);
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
