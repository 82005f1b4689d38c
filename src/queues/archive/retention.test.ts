import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { freshPack } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, chat, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { ArchiveKept } from "../../archive/kept.ts";
import { ArchiveWriter } from "../../archive/writer.ts";
import { openArchive } from "../../hosts/native/archive-database.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import { Measures } from "../../kernel/measures.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { DEFAULT_SETTINGS, type Retention } from "../../protocol/rpc/app-settings.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { ConfigError, readConfig } from "../../routes/config.ts";
import { ArchiveConsumer } from "./archive-consumer.ts";
import { RetentionRun } from "./retention.ts";

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "parley-retention-"));
let client: Client;
let files = 0;
let world: World;
let group: SimGroup;
/** What is said of faults that nobody is answered with. */
let faults: unknown[];
/** Answers instead of a room. */
let unreachable: RoomName | undefined;

beforeAll(() => () => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  files += 1;
  client = await openArchive({ url: `file:${join(folder, `${files}.db`)}` });
  world = new World({ policy: { archive: { hotEntries: 1_000, hotMs: 0 } } });
  group = SimGroup.create(world, alice, [bob]);
  [faults, unreachable] = [[], undefined];
});
afterAll(() => client.close());

async function call(room: RoomName, asked: RoomCall): Promise<Outcome> {
  return room === unreachable ? failed(new ParleyError("UNAVAILABLE")) : world.call(room, asked);
}

function send(count: number): void {
  for (const room of [chatRoom, group.room])
    append(
      world,
      alice,
      Array.from({ length: count }, () => text(freshPack())),
      room,
    );
}

async function archiveAll(): Promise<void> {
  const measures = new Measures({ steadyMs: () => 0 });
  const consumer = new ArchiveConsumer({
    ...{ call, measures },
    clock: { nowMs: () => world.nowMs },
    writer: new ArchiveWriter(client),
  });
  for (const sessionId of [chat, group.sessionId]) await consumer.consume([{ job: { app, sessionId }, attempts: 1 }]);
}

async function run(deployed: Retention, own?: Retention, signal?: AbortSignal): Promise<void> {
  const policy = own === undefined ? {} : { retention: own };
  const retention = new RetentionRun({
    ...{ call, deployed, kept: new ArchiveKept(client), clock: { nowMs: () => world.nowMs } },
    settings: async () => ({ ...DEFAULT_SETTINGS, policy }),
    onFault: (fault) => faults.push(fault),
  });
  await retention.run(signal);
}

/** How many messages of each session still say something: as the rooms tell, and as the archive has it. */
async function left(): Promise<Record<"chat" | "group", [inRoom: number, archived: number]>> {
  const sql = "SELECT count(*) AS n FROM entries WHERE session = :session AND text IS NOT NULL";
  const of = async (session: string, room: RoomName): Promise<[number, number]> => {
    const inRoom = wholeLog(world, room).filter((one) => one.kind === "message" && one.gone === undefined).length;
    return [inRoom, Number((await client.execute({ sql, args: { session } })).rows[0]?.n)];
  };
  return { chat: await of(chat, chatRoom), group: await of(group.sessionId, group.room) };
}

describe("retention", () => {
  it("takes away what is older, by kind of session, here and in the archive, and nothing else", async () => {
    send(300);
    world.nowMs += 2 * DAY_MS;
    send(5);
    await archiveAll();
    await run({ group: 1 });
    await archiveAll();
    expect(await left()).toEqual({ chat: [305, 305], group: [5, 5] });
    await run({ single: 3, group: 1, notice: 1 });
    expect(await left()).toMatchObject({ chat: [305, 305] });
    world.nowMs += 1.5 * DAY_MS;
    await run({ single: 3, group: "keep" });
    await archiveAll();
    expect(await left()).toEqual({ chat: [5, 5], group: [5, 5] });
    expect(faults).toEqual([]);
  });

  it("is as an app has decided, over the deployment", async () => {
    send(5);
    world.nowMs += 2 * DAY_MS;
    await archiveAll();
    await run({ single: 1, group: 1 }, { single: "keep", group: 9 });
    expect(await left()).toEqual({ chat: [5, 5], group: [5, 5] });
    await run({}, { group: 1 });
    await archiveAll();
    expect(await left()).toEqual({ chat: [5, 5], group: [0, 0] });
  });

  it("goes on where it was kept from it: by a room, by an archive that is late, by a stop", async () => {
    send(300);
    await archiveAll();
    send(300);
    world.nowMs += 2 * DAY_MS;
    unreachable = chatRoom;
    await run({ single: 1, group: 1 });
    expect(faults).toMatchObject([{ errorName: "UNAVAILABLE" }]);
    unreachable = undefined;
    expect(await left()).toEqual({ chat: [600, 300], group: [0, 300] });
    await run({ single: 1, group: 1 }, undefined, AbortSignal.abort());
    expect(await left()).toMatchObject({ chat: [600, 300] });
    await run({ single: 1, group: 1 });
    await archiveAll();
    expect([await left(), faults.length]).toEqual([{ chat: [0, 0], group: [0, 0] }, 1]);
    const before = wholeLog(world).length;
    await run({ single: 1, group: 1 });
    expect(wholeLog(world)).toHaveLength(before);
  });

  it("is told by a variable, and needs an archive", () => {
    const variables = {
      PARLEY_ENV: "production",
      PARLEY_TOKEN_SECRET: "abcdefghijklmnopqrstuvwxyz0123456789",
      PARLEY_SERVER_KEYS: "sk_main_abcdefghijklmnopqrstuvwxyz0123456789",
    };
    const read = (text: string, more: { TURSO_URL?: string } = { TURSO_URL: "file:a.db" }) =>
      readConfig({ ...variables, ...more, PARLEY_RETENTION: text }).retention;
    expect(read(" single=365, group=0.5,notice=keep")).toEqual({ single: 365, group: 0.5, notice: "keep" });
    expect(read("")).toEqual({});
    for (const text of ["single", "single=", "single=0", "single=-1", "all=3", "single=3d"])
      expect(() => read(text), text).toThrow(ConfigError);
    expect(() => read("single=1", {})).toThrow("PARLEY_RETENTION needs an archive");
  });
});
