import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, text } from "../../../test/sim/asks.ts";
import { alice, app, chat, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { ArchiveClient } from "../../archive/client.ts";
import { ArchiveWriter } from "../../archive/writer.ts";
import { openArchive } from "../../hosts/native/archive-database.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import { Measures } from "../../kernel/measures.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { ArchiveConsumer } from "./archive-consumer.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-consumer-"));
const JOB = { job: { app, sessionId: chat }, attempts: 1 };

let client: Client;
let files = 0;
beforeAll(async () => {
  client = await fresh();
});
afterAll(() => rmSync(folder, { recursive: true }));

function fresh(): Promise<Client> {
  files += 1;
  return openArchive({ url: `file:${join(folder, `${files}.db`)}` });
}

function archiving(count: number, hotEntries = 1_000): World {
  const world = new World({ policy: { archive: { hotEntries, hotMs: 0 } } });
  append(
    world,
    alice,
    [...Array(count).keys()].map((n) => text(`m${n}`)),
  );
  world.drain();
  return world;
}

function consumer(
  world: World,
  into: ArchiveClient,
  call = (room: RoomName, asked: RoomCall) => world.call(room, asked),
) {
  const measures = new Measures({ steadyMs: () => 0 });
  const ports = { clock: { nowMs: () => world.nowMs + 1_500 }, measures, writer: new ArchiveWriter(into) };
  const worker = new ArchiveConsumer({ ...ports, call: async (room, asked): Promise<Outcome> => call(room, asked) });
  return { worker, measures };
}

async function countIn(from: ArchiveClient): Promise<number> {
  const sql = "SELECT count(*) AS n FROM entries WHERE app = :app AND session = :chat";
  return Number((await from.execute({ sql, args: { app, chat } })).rows[0]?.n);
}

const unavailable = failed(new ParleyError("UNAVAILABLE"));

describe("the consumer of the archive's queue", () => {
  it("brings all that is new, page by page, and is done; a job that comes again finds nothing", async () => {
    client = await fresh();
    const world = archiving(600);
    const { worker, measures } = consumer(world, client);
    expect(await worker.consume([JOB, JOB])).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect(await worker.consume([JOB])).toEqual([{ kind: "done" }]);
    expect([await countIn(client), world.call(chatRoom, { type: "feed.read", reader: "archive" })]).toMatchObject([
      600,
      { value: { entries: [] } },
    ]);
    expect(measures.archived.value).toBeGreaterThanOrEqual(600);
    expect(measures.archiveLag.cumulated().at(-1)).toBeGreaterThanOrEqual(3);
  });

  it("comes again when the room, the archive, or the answer of either cannot be reached", async () => {
    client = await fresh();
    const world = archiving(300);
    const deaf = consumer(world, client, () => unavailable);
    expect(await deaf.worker.consume([JOB])).toEqual([{ kind: "retry" }]);
    const down = { execute: () => Promise.reject(new Error("down")), batch: () => Promise.reject(new Error("down")) };
    expect(await consumer(world, down).worker.consume([JOB])).toEqual([{ kind: "retry" }]);
    const lost = consumer(world, client, (room, asked) =>
      asked.type === "feed.moved" ? unavailable : world.call(room, asked),
    );
    expect(await lost.worker.consume([JOB])).toEqual([{ kind: "retry" }]);
    expect(await consumer(world, client).worker.consume([JOB])).toEqual([{ kind: "done" }]);
    expect(await countIn(client)).toBe(300);
  });

  it("lets others have their turn when there is very much", async () => {
    client = await fresh();
    const world = archiving(16 * 256 + 1);
    const { worker } = consumer(world, client);
    expect(await worker.consume([JOB])).toEqual([{ kind: "retry", afterMs: 0 }]);
    expect(await worker.consume([JOB])).toEqual([{ kind: "done" }]);
    expect(await countIn(client)).toBe(16 * 256 + 1);
  });

  it("gives an archive that was lost what the room still has, and a dead letter when that is not all", async () => {
    const world = archiving(100);
    await consumer(world, await fresh()).worker.consume([JOB]);
    append(world, alice, [text("later")]);
    const second = await fresh();
    expect(await consumer(world, second).worker.consume([JOB])).toEqual([{ kind: "done" }]);
    expect(await countIn(second)).toBe(101);

    const small = archiving(100, 10);
    small.nowMs += 1_000;
    await consumer(small, await fresh()).worker.consume([JOB]);
    append(small, alice, [text("later")]);
    const verdicts = await consumer(small, await fresh()).worker.consume([JOB]);
    expect(verdicts).toMatchObject([{ kind: "dead" }]);
  });
});
