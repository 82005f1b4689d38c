import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { api } from "../support/api.ts";
import { ROOT } from "../support/repository.ts";
import { SERVER_KEYS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

/** As `npm run dlq -- …` runs it. */
async function dlq(url: string, ...words: readonly string[]) {
  const node = join(ROOT, "node_modules/.bin/node");
  const env = { PATH: process.env.PATH, PARLEY_URL: url, PARLEY_KEY: SERVER_KEYS.main };
  const child = spawn(node, ["scripts/dlq.ts", ...words], { cwd: ROOT, env });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { lines: output.split("\n").filter((line) => line !== ""), errors, code };
}

/** Letters of jobs that are about sessions which do not exist. */
function bury(dataDir: string, letters: number): void {
  const db = new DatabaseSync(join(dataDir, "rooms.db"));
  const insert = db.prepare(
    "INSERT INTO letters (room, id, digest, job, reason, at) VALUES (?, ?, 0, ?, 'broken', 1000)",
  );
  for (let id = 1; id <= letters; id += 1)
    insert.run("main/letters/archive", id, JSON.stringify({ app: "main", sessionId: "SC_nobody_nowhere", id }));
  db.close();
}

it("dead letters are listed, put back and dropped in a terminal", async () => {
  const dataDir = temporaryDirectory();
  const first = await ServerProcess.start({ host: "bun", dataDir });
  await first.stop();
  bury(dataDir, 150);
  const server = await ServerProcess.start({ host: "bun", dataDir });
  try {
    const { url } = server;
    const listed = await dlq(url, "list", "archive");
    expect([listed.lines.length, listed.errors.trim(), listed.code]).toEqual([150, "archive: 150", 0]);
    expect(listed.lines[149]?.split("\t")).toEqual([
      "archive",
      "150",
      "1970-01-01T00:00:01.000Z",
      "broken",
      '{"app":"main","sessionId":"SC_nobody_nowhere","id":150}',
    ]);
    expect(await dlq(url, "retry", "archive", "3", "4")).toMatchObject({ lines: ["2 put back"], code: 0 });
    expect(await dlq(url, "drop", "archive")).toMatchObject({ lines: ["148 dropped"], code: 0 });
    expect((await api(url, "/v1/queues/archive/dead")).body).toMatchObject({ total: 0 });
    const wrong = await Promise.all([
      dlq(url, "drop"),
      dlq(url, "list", "nowhere"),
      dlq(url, "list", "--key", "sk_wrong"),
    ]);
    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
    const [usage, queue, key] = wrong.map(({ errors }) => errors);
    expect([usage, queue, key]).toEqual(["usage", "no such queue", "401"].map((text) => expect.stringContaining(text)));
  } finally {
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
