import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLOSE } from "../../src/protocol/close-codes.ts";
import { ERRORS } from "../../src/protocol/errors.ts";
import { readBack, sendMany, untilArchived } from "../support/archiving.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { NATIVE_HOSTS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";
import { tokenFor } from "../support/tokens.ts";

const MAX_FILE_BLOCKS = 1_500;
const MANY = 3_000;

describe.each(NATIVE_HOSTS)("%s", (host) => {
  it("stops on SIGTERM: sends everybody away with the reconnect code and exits with 0", async () => {
    const server = await ServerProcess.start({ host });
    const user = someone("user");
    const raw = await new RawSocket({ url: server.url, token: await tokenFor(user) }).opened();
    await raw.request({ type: "sync.sessions", packId: "sync", since: 0 });
    const exitCode = server.stop();
    expect(await raw.closed).toMatchObject({ code: CLOSE.GOING_AWAY });
    expect(await exitCode).toBe(0);
    await server.dispose();
  });

  it("stops in the middle of work without a fault, and does the rest when it is there again", async () => {
    const dataDir = temporaryDirectory();
    const first = await ServerProcess.start({ host, dataDir });
    await sendMany({ url: first.url, from: "alice", to: "bob" }, 1, MANY);
    expect(await first.stop()).toBe(0);
    expect(first.output).not.toContain('"level":"error"');
    const second = await ServerProcess.start({ host, dataDir });
    const talk = { url: second.url, from: "alice", to: "bob" };
    await untilArchived(`file:${join(dataDir, "archive.db")}`, talk, MANY);
    expect(await readBack(talk)).toBe(MANY);
    await second.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("goes on with its data after a stop, and the SDK with it", async () => {
    const dataDir = temporaryDirectory();
    const first = await ServerProcess.start({ host, dataDir });
    const alice = await Person.online({ url: first.url, userId: someone("alice") });
    const notes = alice.with(alice);
    await alice.client.send(notes, "before");
    await first.stop();
    const during = alice.client.send(notes, "during");
    const second = await ServerProcess.start({ host, dataDir, port: first.port });
    expect(await during).toMatchObject({ seqId: 2 });
    await alice.untilSeen(notes, 2);
    expect(alice.contents(notes)).toEqual(["before", "during"]);
    alice.close();
    await second.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("answers with a coded error while the disk is full, and takes nothing half", async () => {
    const dataDir = temporaryDirectory();
    // A bound on the size of files is a full disk that needs no root: writes fail, SIGXFSZ is ignored.
    const shellPrefix = `trap '' XFSZ; ulimit -f ${MAX_FILE_BLOCKS};`;
    const full = await ServerProcess.start({ host, dataDir, shellPrefix });
    const user = someone("user");
    const notes = `SC_${user}_${user}`;
    const raw = await new RawSocket({ url: full.url, token: await tokenFor(user) }).opened();
    const send = (n: number) =>
      raw.request({ type: "msg.send", packId: `p${n}`, sessionId: notes, contentType: 1, content: "x".repeat(50_000) });
    const codes = [];
    for (const n of upTo(60)) codes.push((await send(n)).code);
    // There is room again for a while whenever the WAL is copied into the database.
    expect(new Set(codes)).toEqual(new Set([0, ERRORS.DATABASE.code]));
    const acked = codes.flatMap((code, index) => (code === 0 ? `p${index + 1}` : []));
    const refused = `p${codes.indexOf(ERRORS.DATABASE.code) + 1}`;
    raw.close();
    await full.kill();

    const server = await ServerProcess.start({ host, dataDir });
    const owner = await Person.online({ url: server.url, userId: user });
    const log: string[] = [];
    for (let more = true; more; ) {
      const page = await owner.client.history(notes, { after: log.length });
      log.push(...page.entries.map(({ packId }) => packId));
      more = page.more;
    }
    expect(log).toEqual(acked);
    const again = await owner.client.send(notes, "room again", { packId: refused });
    expect([again.seqId, again.repeated]).toEqual([acked.length + 1, undefined]);
    const first = "x".repeat(50_000);
    expect((await owner.client.send(notes, first, { packId: "p1" })).repeated).toBe(true);
    owner.close();
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("refuses to start in production without good secrets", async () => {
    for (const PARLEY_TOKEN_SECRET of ["", "short", "a".repeat(40)]) {
      const server = await ServerProcess.spawn({ host, variables: { PARLEY_TOKEN_SECRET } });
      expect(await server.exited).toBe(1);
      expect(server.output).toContain("PARLEY_TOKEN_SECRET");
      expect(existsSync(join(server.dataDir, "rooms.db"))).toBe(false);
      await server.dispose();
    }
    const open = await ServerProcess.spawn({ host, variables: { PARLEY_ENV: "development", PARLEY_HOST: "0.0.0.0" } });
    expect(await open.exited).toBe(1);
    expect(open.output).toContain("loopback");
    await open.dispose();
  });
});
