import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { api } from "../support/api.ts";
import { ROOT } from "../support/repository.ts";
import { type Host, SERVER_KEYS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

/** As `npm run dlq -- …` runs it. */
async function dlq(url: string, ...words: readonly string[]) {
  const node = join(ROOT, "node_modules/.bin/node");
  const env = { PATH: process.env.PATH, PARLEY_URL: url, PARLEY_KEY: SERVER_KEYS.main };
  const child = spawn(node, ["scripts/dlq.ts", ...words], { cwd: ROOT, env });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { lines: output.split("\n").filter((line) => line !== ""), errors, code };
}

/** Where the room of letters has its rows, and how it is called there. The room was asked once, so that it has tables. */
function placeOf(host: Host, dataDir: string): { file: string; room: string } {
  if (host !== "workers") return { file: join(dataDir, "rooms.db"), room: "main/letters/archive" };
  const files = globSync(join(dataDir, "state/**/*LettersObject*/*.sqlite")).filter((file) => !/metadata/.test(file));
  if (files.length !== 1) throw new Error(`not the one object of letters: ${files}`);
  return { file: String(files[0]), room: "" };
}

/** Letters of jobs that are about sessions which do not exist. */
function bury(host: Host, dataDir: string, letters: number): void {
  const { file, room } = placeOf(host, dataDir);
  const db = new DatabaseSync(file);
  const insert = db.prepare(
    "INSERT INTO letters (room, id, digest, job, reason, at) VALUES (?, ?, 0, ?, 'broken', 1000)",
  );
  for (let id = 1; id <= letters; id += 1)
    insert.run(room, id, JSON.stringify({ app: "main", sessionId: "SC_nobody_nowhere", id }));
  db.close();
}

it.each(["bun", "workers"] as const)(
  "dead letters are listed, put back and dropped in a terminal: %s",
  async (host) => {
    const dataDir = temporaryDirectory();
    const first = await ServerProcess.start({ host, dataDir });
    expect((await api(first.url, "/v1/queues/archive/dead")).body).toMatchObject({ total: 0 });
    await first.stop();
    bury(host, dataDir, 150);
    const server = await ServerProcess.start({ host, dataDir });
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
      // Between objects the record is under way for a moment.
      const audit = async () => [...(await api(url, "/v1/audit?limit=9")).body.records];
      while ((await audit()).length < 2);
      const by = "deployment";
      expect(await audit()).toMatchObject([
        { action: "letters.drop", about: "archive: 148", by },
        { action: "letters.retry", about: "archive: 2", by },
      ]);
      const wrong = await Promise.all([
        dlq(url, "drop"),
        dlq(url, "list", "nowhere"),
        dlq(url, "list", "--key", "sk_wrong"),
      ]);
      expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
      const [usage, queue, key] = wrong.map(({ errors }) => errors);
      expect([usage, queue, key]).toEqual(
        ["usage", "no such queue", "401"].map((text) => expect.stringContaining(text)),
      );
    } finally {
      await server.dispose();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
);
