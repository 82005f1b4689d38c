import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Archive, chat, message } from "../../../test/contract/archive-under-test.ts";
import { openArchive } from "./archive-database.ts";

/** Locks the file until it is told to stop. */
const LOCKING = `const { DatabaseSync } = require("node:sqlite");
const db = new DatabaseSync(process.argv[1]);
db.exec("BEGIN IMMEDIATE");
console.log("locked");
process.stdin.once("data", () => { db.exec("COMMIT"); process.exit(); });`;

it("an archive that another process has locked is unavailable for as long, and no longer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-locked-"));
  const file = join(folder, "archive.db");
  const client = await openArchive({ url: `file:${file}` });
  const other = spawn(process.execPath, ["-e", LOCKING, file], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const archive = new Archive(client);
    await once(other.stdout, "data");
    await expect(archive.write(chat, message(1))).rejects.toMatchObject({ errorName: "UNAVAILABLE" });
    expect(await archive.entries()).toEqual([]);
    other.stdin.write("stop");
    await once(other, "exit");
    expect(await archive.write(chat, message(1))).toEqual({ completeSeqId: 1, headSeqId: 1 });
    expect((await client.execute("PRAGMA synchronous")).rows[0]?.[0]).toBe(2);
    expect((await client.execute("PRAGMA journal_mode")).rows[0]?.[0]).toBe("wal");
  } finally {
    other.kill("SIGKILL");
    client.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);
