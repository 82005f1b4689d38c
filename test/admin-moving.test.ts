import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AdminPorts } from "../scripts/admin/command.ts";
import { exportCommand } from "../scripts/admin/export.ts";
import { importCommand } from "../scripts/admin/import.ts";
import { deploymentApi, parleyApi } from "../src/routes/client.ts";
import { append, SimGroup, text, wholeLog } from "./sim/asks.ts";
import { KEY, ROOT_KEY, SimHttp } from "./sim/http.ts";
import { hotSession } from "./sim/mailboxes.ts";
import { alice, bob, carol, chat } from "./sim/names.ts";
import { ask, react } from "./sim/states.ts";
import { World } from "./sim/world.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-moving-"));
  file = join(folder, "app.ndjson");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A terminal in front of a server. */
class Terminal {
  readonly http = new SimHttp({}, { world: new World({ newUsers: true }) });
  readonly said: string[] = [];
  readonly complaints: string[] = [];
  pauses = 0;
  /** Answers with this before the server is asked. */
  failures: number[] = [];
  /** The process is killed with the request after so many. */
  requestsLeft = Number.POSITIVE_INFINITY;
  readonly #ports: AdminPorts;

  constructor() {
    const ask = async (input: RequestInfo | URL, init?: RequestInit) => {
      this.requestsLeft -= 1;
      if (this.requestsLeft < 0) throw new Error("killed");
      const failure = this.failures.pop();
      if (failure !== undefined) return Response.json({ code: failure, detail: "later" }, { status: 503 });
      const { pathname, search } = new URL(String(input));
      return this.http.raw(pathname + search, init);
    };
    const options = { url: "http://parley.test", fetch: ask };
    this.#ports = {
      app: parleyApi({ ...options, credential: KEY }),
      deployment: deploymentApi({ ...options, credential: ROOT_KEY }),
      nowMs: () => this.http.world.nowMs,
      say: (line) => void this.said.push(line),
      complain: (line) => void this.complaints.push(line),
      pause: async () => {
        this.pauses += 1;
      },
    };
  }

  export(...words: string[]): Promise<object> {
    return exportCommand.run(this.#ports, { words: [file, ...words], options: {} });
  }

  import(): Promise<object> {
    return importCommand.run(this.#ports, { words: [file], options: {} });
  }

  rest(): void {
    this.http.world.quiesce(60_000);
  }

  async exported(): Promise<string[]> {
    await this.export();
    // When a profile was put down here is not when it was put down there.
    return readFileSync(file, "utf8")
      .replace(/,"updatedAt":\d+/g, "")
      .split("\n")
      .sort();
  }
}

/** A chat of more than one request, a group, and two profiles. */
async function source(): Promise<{ from: Terminal; group: SimGroup }> {
  const from = new Terminal();
  const { world } = from.http;
  for (let part = 0; part < 40; part += 1)
    append(
      world,
      alice,
      [...Array(100).keys()].map((n) => text(`p${part}-${n}`, `${"long ".repeat(60)}${n}`)),
    );
  ask(world, bob, react(7, "+"));
  const group = SimGroup.create(world, carol, [alice]);
  append(world, carol, [text("hello")], group.room);
  from.rest();
  await from.http.post("/v1/users/batch", KEY, {
    users: [
      { userId: alice, name: "Alice", mobile: "+1" },
      { userId: bob, custom: "{}" },
    ],
  });
  from.rest();
  return { from, group };
}

it("moves an app from one server to another, also when it is killed on the way", async () => {
  const { from, group } = await source();
  expect(await from.export()).toEqual({ users: 3, sessions: 2 });
  const to = new Terminal();
  to.http.world.nowMs = from.http.world.nowMs;
  to.requestsLeft = 2;
  await expect(to.import()).rejects.toThrow("killed");
  const half = wholeLog(to.http.world).length;
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(4_000);
  to.requestsLeft = Number.POSITIVE_INFINITY;
  expect(await to.import()).toMatchObject({ sessions: 2, imported: 4_001 - half + 2, profiles: 3, refused: 0 });
  to.rest();
  expect(await to.exported()).toEqual(await from.exported());
  expect(hotSession(to.http.world, bob)).toMatchObject({ sessionId: chat, lastSeqId: 4_001, unread: 0 });
  append(to.http.world, alice, [text("and-now")], group.room);
  expect(wholeLog(to.http.world, group.room)).toHaveLength(3);
  expect(await to.import()).toMatchObject({ imported: 0, skipped: 4_003, refused: 0 });
});

it("waits and asks again where that helps", async () => {
  const { from, group } = await source();
  await from.export(group.sessionId);
  const to = new Terminal();
  to.failures = [6, 100, 6];
  expect(await to.import()).toMatchObject({ sessions: 1, imported: 2 });
  expect(to.pauses).toBe(3);
});

it("takes the other conversations when one is refused, and says which that was", async () => {
  const { from } = await source();
  await from.export();
  const to = new Terminal();
  append(to.http.world, bob, [text("mine")]);
  expect(await to.import()).toMatchObject({ imported: 2, refused: 1, sessions: 2 });
  expect(to.complaints).toEqual([expect.stringContaining(`${chat}: PACK_CONFLICT`)]);
});

it("takes no more of what one user sees than their profile", async () => {
  const { from } = await source();
  const headers = { Authorization: `Bearer ${KEY}` };
  writeFileSync(file, await (await from.http.raw("/v1/users/alice/export", { headers })).text());
  const to = new Terminal();
  expect(await to.import()).toMatchObject({ imported: 0, profiles: 1, ignored: 4_001 + 2 + 2 });
  expect(to.said).toEqual([expect.stringContaining("left out")]);
  writeFileSync(file, "\nhello\n");
  await expect(to.import()).rejects.toThrow("line 2 is of no export");
});
