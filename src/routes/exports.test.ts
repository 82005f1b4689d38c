import { describe, expect, it } from "vitest";
import { SimArchive } from "../../test/sim/archive.ts";
import { append, SimGroup, text } from "../../test/sim/asks.ts";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { freshPack } from "../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, chatRoom } from "../../test/sim/names.ts";
import { ask, recall } from "../../test/sim/states.ts";
import { World } from "../../test/sim/world.ts";
import { bodyOf } from "../../test/support/body-of.ts";
import type { EntryLine, UserLine } from "./exports.ts";
import { lineStream } from "./line-stream.ts";

const SENT = 450;
const HOT = 10;

/** A chat of which only the newest entries are hot. */
function archived() {
  const http = new SimHttp({}, { world: new World({ policy: { archive: { hotEntries: HOT, hotMs: 0 } } }) });
  const { world } = http;
  const archive = new SimArchive(world);
  for (let n = 0; n < SENT; n += 50)
    append(
      world,
      alice,
      [...Array(50).keys()].map((k) => text(freshPack(), `m${n + k + 1}`)),
    );
  for (let round = 0; round < 3; round += 1) {
    world.quiesce(60_000);
    archive.work();
  }
  return { http, world, archive };
}

async function linesOf<T>(http: SimHttp, path: string, key = KEY): Promise<T[]> {
  const response = await http.raw(path, { headers: { Authorization: `Bearer ${key}` } });
  expect(response.status).toBe(200);
  return (await bodyOf(response)) as T[]; // SAFETY: the caller names the lines of the route that it asks
}

describe("an export", () => {
  it("of a session has every entry once, hot and cold", async () => {
    const { http, world } = archived();
    ask(world, alice, recall(SENT));
    const lines = await linesOf<EntryLine>(http, `/v1/sessions/${chat}/export`);
    expect(lines.map(({ entry }) => entry.seqId)).toEqual([...Array(SENT + 1).keys()].map((n) => n + 1));
    expect(lines.slice(0, -2).every(({ entry }) => "content" in entry && entry.content === `m${entry.seqId}`)).toBe(
      true,
    );
    expect(lines.slice(-2)).toMatchObject([
      { entry: { content: "", gone: { as: "recalled" } } },
      { type: "entry", sessionId: chat, entry: { kind: "control" } },
    ]);
    expect(await linesOf(http, `/v1/sessions/${chat}/export?after=${SENT - 1}`)).toEqual(lines.slice(-2));
    expect(await linesOf(http, `/v1/sessions/${chat}/export`, OTHER_KEY)).toEqual([]);
  });

  it("breaks off when the archive does, and is refused when it begins so", async () => {
    const { http, archive } = archived();
    const begin = () => http.raw(`/v1/sessions/${chat}/export`, { headers: { Authorization: `Bearer ${KEY}` } });
    const response = await begin();
    archive.isDown = true;
    await expect(response.text()).rejects.toMatchObject({ errorName: "UNAVAILABLE" });
    expect(await begin()).toMatchObject({ status: 503 });
  });

  it("of a user is what is kept of them and what they may read", async () => {
    const { http, world } = archived();
    const left = SimGroup.create(world, carol, [bob]);
    append(world, carol, [text("secret")], left.room);
    world.drain();
    left.change(carol, left.remove("out", [bob]));
    world.call(chatRoom, { type: "hide", userId: bob, seqIds: [3] });
    world.drain();
    await http.raw("/v1/users/bob", {
      method: "PATCH",
      headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Bob", mobile: "+1" }),
    });
    const lines = await linesOf<UserLine>(http, "/v1/users/bob/export");
    expect(lines[0]).toMatchObject({ type: "profile", profile: { userId: "bob", name: "Bob", mobile: "+1" } });
    const sessions = lines.flatMap((line) => (line.type === "session" ? line.session.sessionId : []));
    expect(new Set(sessions)).toEqual(new Set([chat, left.groupId]));
    const entries = lines.flatMap((line) => (line.type === "entry" ? line : []));
    expect(entries.map(({ entry }) => entry.seqId)).toEqual([...Array(SENT).keys()].map((n) => n + 1));
    expect(entries[2]).toMatchObject({ entry: { content: "", gone: { as: "hidden" } } });
    expect(entries.every(({ sessionId }) => sessionId === chat)).toBe(true);
  });
});

describe("a stream of lines", () => {
  it("makes a page when its reader wants it, and ends with its reader", async () => {
    const made: number[] = [];
    let ended = false;
    async function* pages() {
      try {
        for (let n = 1; ; n += 1) {
          made.push(n);
          yield [{ n }];
        }
      } finally {
        ended = true;
      }
    }
    const reader = (await lineStream(pages())).getReader();
    expect(made).toEqual([1]);
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    expect([await read(), await read()]).toEqual(['{"n":1}\n', '{"n":2}\n']);
    expect(made).toEqual([1, 2]);
    await reader.cancel();
    expect(ended).toBe(true);
  });
});
