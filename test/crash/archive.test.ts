import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { pageBefore, readBack, sendMany, type Talk, untilArchived } from "../support/archiving.ts";
import { upTo } from "../support/person.ts";
import { freePort, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

const HOT_ENTRIES = 100;
const MANY = 100_000;
const ROUNDS = 2;
const PER_ROUND = 2_000;
const variables = { PARLEY_HOT_ENTRIES: String(HOT_ENTRIES) };

describe("the archive of a native server", () => {
  it("may be away under load: nothing is lost, what is hot is read, the rest comes back with it", async () => {
    const folder = temporaryDirectory();
    const file = join(folder, "archive.db");
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // Not there at the start, either: the server serves, and makes the tables when it can.
    const server = await ServerProcess.start({ host: "node", variables: { ...variables, TURSO_URL: url } });
    const talk: Talk = { url: server.url, from: "alice", to: "bob" };
    await sendMany(talk, 1, 1_000);
    expect(await readBack(talk)).toBe(1_000);

    let archive = await ArchiveServer.start({ file, port });
    await untilArchived(url, talk, 1_000);
    await archive.close();
    await sendMany(talk, 1_001, 2_000);
    const hot = await pageBefore(talk);
    expect([hot.status, hot.entries.at(-1)?.seqId, hot.more]).toEqual([200, 2_000, true]);
    // The room lets go of what was archived when nobody writes for a while.
    while ((await pageBefore(talk, 500)).status === 200) await sleep(100);
    const old = await pageBefore(talk, 500);
    expect([old.status, old.name]).toEqual([503, "UNAVAILABLE"]);

    archive = await ArchiveServer.start({ file, port });
    await untilArchived(url, talk, 2_000);
    expect(await readBack(talk)).toBe(2_000);
    await server.dispose();
    await archive.close();
    rmSync(folder, { recursive: true });
  });

  it("survives kill -9 of the server in the middle of batches, without a hole and without a double", async () => {
    const dataDir = temporaryDirectory();
    let server = await ServerProcess.start({ host: "node", dataDir, variables });
    for (const round of upTo(ROUNDS)) {
      const talk = { url: server.url, from: "alice", to: "bob" };
      await sendMany(talk, (round - 1) * PER_ROUND + 1, round * PER_ROUND);
      // So much makes jobs at once: some of it is archived by now, and most of it is not.
      await sleep(round * 50);
      await server.kill();
      server = await ServerProcess.start({ host: "node", dataDir, variables });
    }
    const talk = { url: server.url, from: "alice", to: "bob" };
    await untilArchived(`file:${join(dataDir, "archive.db")}`, talk, ROUNDS * PER_ROUND);
    expect(await readBack(talk)).toBe(ROUNDS * PER_ROUND);
    await server.dispose();
    rmSync(dataDir, { recursive: true });
  });

  it(`gives back ${MANY} messages of one session, while it is written and trimmed`, async () => {
    const dataDir = temporaryDirectory();
    const server = await ServerProcess.start({ host: "node", dataDir, variables });
    const talk = { url: server.url, from: "alice", to: "bob" };
    await sendMany(talk, 1, MANY / 2);
    const growing = sendMany(talk, MANY / 2 + 1, MANY);
    expect(await readBack(talk)).toBeGreaterThanOrEqual(MANY / 2);
    await growing;
    await untilArchived(`file:${join(dataDir, "archive.db")}`, talk, MANY);
    expect(await readBack(talk)).toBe(MANY);
    await server.dispose();
    rmSync(dataDir, { recursive: true });
  }, 240_000);
});
