import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ArchiveServer } from "../scripts/archive-server/server.ts";
import { ROOT } from "./support/repository.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-archive-server-"));
vi.setConfig({ testTimeout: 30_000 }); // every statement is a request, and each waits for its turn on the disk
const TOKEN = "a-token";
let server: ArchiveServer;
let client: Client;

beforeAll(async () => {
  server = await ArchiveServer.start({ file: join(folder, "a.db"), port: 0, token: TOKEN });
  client = createClient({ url: server.url, authToken: TOKEN, intMode: "bigint" });
  await client.executeMultiple("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL); CREATE TABLE u (v)");
});

afterAll(async () => {
  client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

async function faultOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "none",
    (error: unknown) => error,
  );
}

const countOf = async (table: string) => (await client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n;

describe("the development server, with the unmodified client", () => {
  it("keeps values of every type", async () => {
    const blob = new Uint8Array([0, 255, 1]).buffer;
    const values = [null, 1.5, 2n ** 63n - 1n, -(2n ** 63n), "text é 👋", ""] as const;
    const { rows, columns } = await client.execute({
      sql: "SELECT ?, ?, ?, ?, ?, ?, ? AS last",
      args: [...values, blob],
    });
    expect(Array.from(rows[0] ?? []).slice(0, 6)).toEqual(values);
    expect(new Uint8Array(rows[0]?.last as ArrayBuffer)).toEqual(new Uint8Array(blob)); // SAFETY: blobs are ArrayBuffers
    expect(columns.at(-1)).toBe("last");
  });

  it("binds by name and by place, and tells what a statement did", async () => {
    const insert = await client.execute({ sql: "INSERT INTO t VALUES (:a, $b)", args: { a: 7, b: "seven" } });
    expect([insert.rowsAffected, insert.lastInsertRowid]).toEqual([1, 7n]);
    const update = await client.execute({ sql: "UPDATE t SET b = ? WHERE a = ? RETURNING b", args: ["VII", 7] });
    expect([update.rows[0]?.b, update.rowsAffected, update.columnTypes]).toEqual(["VII", 1, ["TEXT"]]);
    expect((await client.execute("SELECT a, a FROM t WHERE a = 7")).rows[0]?.[1]).toBe(7n);
  });

  it("does a batch as a whole or not at all, and says which statement failed, with its code", async () => {
    const before = await countOf("t");
    const batch = [
      "INSERT INTO t VALUES (100, 'x')",
      "INSERT INTO t VALUES (101, NULL)",
      "INSERT INTO t VALUES (102, 'y')",
    ];
    expect(await faultOf(client.batch(batch, "write"))).toMatchObject({
      statementIndex: 1,
      code: /^SQLITE_CONSTRAINT/,
    });
    expect(await countOf("t")).toBe(before);
    expect(await faultOf(client.execute("SELECT nonsense"))).toMatchObject({
      code: "SQLITE_ERROR",
      message: /nonsense/,
    });
    expect(await faultOf(client.execute("SELEC"))).toMatchObject({ message: /syntax error/ });
    const same = { sql: "INSERT INTO t (b) VALUES (?)", args: ["many"] };
    expect(await client.batch([same, same, same], "write")).toHaveLength(3);
  });

  it("holds a transaction over requests, to its commit or rollback", async () => {
    const kept = await client.transaction("write");
    await kept.execute("INSERT INTO t VALUES (200, 'kept')");
    expect((await kept.execute("SELECT b FROM t WHERE a = 200")).rows[0]?.b).toBe("kept");
    expect(await faultOf(kept.execute("INSERT INTO t VALUES (200, 'again')"))).toMatchObject({ message: /UNIQUE/ });
    await kept.commit();
    const dropped = await client.transaction("write");
    await dropped.batch(["INSERT INTO t VALUES (201, 'dropped')"]);
    await dropped.executeMultiple("INSERT INTO t VALUES (202, 'dropped'); INSERT INTO t VALUES (203, 'dropped')");
    await dropped.rollback();
    const { rows } = await client.execute("SELECT a FROM t WHERE a BETWEEN 200 AND 203");
    expect(rows.map(({ a }) => a)).toEqual([200n]);
  });

  it("lets writers wait for each other, and readers for nobody", async () => {
    const first = await client.transaction("write");
    await first.execute("INSERT INTO u VALUES ('first')");
    const waiting = [
      client.execute("INSERT INTO u VALUES ('waits')"),
      client.batch(["INSERT INTO u VALUES ('waits, too')"], "write"),
      client.executeMultiple("INSERT INTO u VALUES ('waits'); INSERT INTO u VALUES ('as well')"),
    ];
    expect(await countOf("u")).toBe(0n);
    await first.commit();
    await Promise.all(waiting);
    expect(await countOf("u")).toBe(5n);
  });

  it("serves many streams at once", async () => {
    const before = Number(await countOf("u"));
    const work = Array.from({ length: 30 }, (_, index) => async () => {
      if (index % 3 === 0) return void (await client.execute("INSERT INTO u VALUES (1)"));
      const transaction = await client.transaction("write");
      await transaction.execute("INSERT INTO u VALUES (2)");
      await (index % 3 === 1 ? transaction.commit() : transaction.rollback());
    });
    await Promise.all(work.map((one) => one()));
    expect(Number(await countOf("u")) - before).toBe(20);
  });

  it("rolls back a stream that nobody continues, and says so to whoever comes too late", async () => {
    const brief = await ArchiveServer.start({ file: join(folder, "brief.db"), port: 0, idleMs: 50 });
    const hasty = createClient({ url: brief.url });
    await hasty.execute("CREATE TABLE t (a)");
    const forgotten = await hasty.transaction("write");
    await forgotten.execute("INSERT INTO t VALUES (1)");
    await hasty.execute("INSERT INTO t VALUES (2)"); // waits for the other to be over
    expect(await faultOf(forgotten.commit())).toMatchObject({ code: "STREAM_EXPIRED" });
    expect((await hasty.execute("SELECT a FROM t")).rows.map(({ a }) => a)).toEqual([2]);
    hasty.close();
    await brief.close();
  });

  it("lets nobody in without the token", async () => {
    for (const authToken of ["another", undefined]) {
      const stranger = createClient(authToken === undefined ? { url: server.url } : { url: server.url, authToken });
      expect(await faultOf(stranger.execute("SELECT 1"))).toMatchObject({ code: "UNAUTHORIZED" });
      stranger.close();
    }
  });

  it.each([
    ["POST", "/v2/pipeline", "no JSON", 400],
    ["POST", "/v2/pipeline", '{"requests":[{"type":"describe","sql":"SELECT 1"}]}', 400],
    ["POST", "/v2/pipeline", '{"baton":"made up","requests":[]}', 400],
    ["GET", "/v3-protobuf", undefined, 404],
    ["GET", "/health", undefined, 200],
  ])("answers %s %s %s with %i", async (method, path, body, status) => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const response = await fetch(server.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
  });
});

describe("npm run archive:dev", () => {
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill("SIGKILL");
  });

  async function start(file: string): Promise<{ process: ChildProcess; url: string }> {
    const args = [join(ROOT, "scripts/archive-dev.ts"), "--port", "0", "--file", file];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    started.push(child);
    const [chunk] = (await once(child.stdout, "data")) as [Buffer]; // SAFETY: no encoding was set
    return { process: child, url: /http:\S+\d/.exec(String(chunk))?.[0] ?? "" };
  }

  it("has the tables of the archive, and loses nothing that was answered when it is killed", async () => {
    const file = join(folder, "killed.db");
    const first = await start(file);
    const writing = createClient({ url: first.url });
    const answered: number[] = [];
    const kill = once(first.process, "exit");
    const write = async (seq: number): Promise<void> => {
      const insert = "INSERT INTO sessions VALUES ('main', ?, 0, 0, 0, 0, 0)";
      await writing.batch(
        [
          { sql: insert, args: [`a${seq}`] },
          { sql: insert, args: [`b${seq}`] },
        ],
        "write",
      );
      answered.push(seq);
      if (answered.length === 20) first.process.kill("SIGKILL");
    };
    await Promise.allSettled(Array.from({ length: 60 }, (_, seq) => write(seq)));
    await kill;
    writing.close();
    expect(answered.length).toBeLessThan(60);
    const second = await start(file);
    const reading = createClient({ url: second.url });
    const { rows } = await reading.execute("SELECT session FROM sessions");
    const kept = new Set(rows.map(({ session }) => String(session)));
    expect(answered.filter((seq) => !kept.has(`a${seq}`))).toEqual([]);
    expect([...kept].filter((id) => !kept.has(`${id.startsWith("a") ? "b" : "a"}${id.slice(1)}`))).toEqual([]);
    expect((await reading.execute("PRAGMA integrity_check")).rows[0]?.[0]).toBe("ok");
    reading.close();
    second.process.kill("SIGTERM");
    expect((await once(second.process, "exit"))[0]).toBe(0);
  });
});
