import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../test/sim/asks.ts";
import { KEY, SimHttp } from "../../test/sim/http.ts";
import { said } from "../../test/sim/imports.ts";
import { alice, bob, carol, chat, chatRoom } from "../../test/sim/names.ts";
import { ask, edit, recall } from "../../test/sim/states.ts";
import { World } from "../../test/sim/world.ts";
import { MAX_IMPORT_BYTES } from "../protocol/limits.ts";
import { type Line, linesOf } from "./line-reader.ts";

const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/x-ndjson" };
let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

async function exported(from: SimHttp, sessionId: string = chat): Promise<string> {
  const response = await from.raw(`/v1/sessions/${sessionId}/export`, { headers });
  return response.text();
}

async function importing(body: BodyInit, sessionId: string = chat) {
  const init = { method: "POST", headers, body, ...(typeof body === "string" ? {} : { duplex: "half" as const }) };
  const response = await http.raw(`/v1/sessions/${sessionId}/import`, init);
  const answer = (await response.json()) as Record<string, unknown>; // SAFETY: every route answers with an object
  return { status: response.status, ...answer };
}

/** Lines of a chat. */
async function chatLines(count: number): Promise<string[]> {
  const world = said(...[...Array(count).keys()].map((n) => `m${n + 1}`));
  return (await exported(new SimHttp({}, { world }))).split("\n").slice(0, -1);
}

describe("an import over HTTP", () => {
  it("of an export gives the same export", async () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    append(
      world,
      carol,
      [...Array(600).keys()].map((n) => text(`m${n}`, `message ${n} 💬`)),
      group.room,
    );
    const { sessionId } = group;
    ask(world, carol, { ...edit(2, "edited"), sessionId });
    ask(world, carol, { ...recall(3), sessionId });
    const lines = await exported(new SimHttp({}, { world }), sessionId);
    const headSeqId = wholeLog(world, group.room).length;
    expect(await importing(lines, sessionId)).toEqual({
      status: 200,
      sessionId,
      headSeqId,
      imported: headSeqId,
      skipped: 0,
    });
    expect(await exported(http, sessionId)).toBe(lines);
    expect(await importing(lines, sessionId)).toMatchObject({ imported: 0, skipped: headSeqId });
    expect(await importing("", sessionId)).toMatchObject({ headSeqId, imported: 0, skipped: 0 });
  });

  it("keeps what was before a line that is wrong, names the line, and goes on from there", async () => {
    const lines = await chatLines(4);
    const wrong = async (line: string) => importing([...lines.slice(0, 2), line, ...lines.slice(2)].join("\n"));
    const head = "; entry 2 is the last one that is there";
    expect(await wrong("{")).toMatchObject({
      status: 400,
      name: "MALFORMED",
      detail: `malformed: line 3: no JSON${head}`,
    });
    expect(await wrong(JSON.stringify({ type: "entry", sessionId: chat }))).toMatchObject({
      name: "BAD_PARAMETER",
      detail: expect.stringMatching(new RegExp(`line 3: entry: .*${head}`)),
    });
    const other = lines[2]?.replaceAll(chat, "SC_alice_carol") ?? "";
    expect(await wrong(other)).toMatchObject({
      detail: expect.stringContaining(`line 3: sessionId: another one${head}`),
    });
    expect(wholeLog(http.world)).toHaveLength(2);
    expect(await importing(lines.join("\n"))).toMatchObject({ headSeqId: 4, imported: 2, skipped: 2 });
  });

  it("names the lines that the session refuses together", async () => {
    const lines = await chatLines(4);
    const gap = lines.toSpliced(2, 1).join("\n\n");
    const detail = expect.stringContaining("lines 1 to 5: entry 3 is next; entry 0 is the last");
    expect(await importing(gap)).toMatchObject({ status: 409, name: "WRONG_OFFSET", detail });
    await importing(lines.slice(0, 2).join("\n"));
    append(http.world, bob, [text("mine")]);
    expect(await importing(lines[3] ?? "")).toMatchObject({
      status: 409,
      name: "TOO_LATE",
      detail: expect.stringContaining("line 1: the session has gone on"),
    });
    expect(await importing("", "SC_b_a")).toMatchObject({ status: 403, name: "ACCESS_DENIED" });
  });

  it("says the same as ever when a room cannot be reached", async () => {
    const [line = ""] = await chatLines(1);
    http.world.storage.isFull = true;
    expect(await importing(line)).toMatchObject({ status: 503, name: "DATABASE" });
    http.world.storage.isFull = false;
    expect(await importing(line)).toMatchObject({ imported: 1 });
  });

  it("has bounds", async () => {
    expect(await importing("x".repeat(MAX_IMPORT_BYTES + 1))).toMatchObject({ status: 413, name: "TOO_LONG" });
    expect(await importing("x".repeat(600_000))).toMatchObject({
      status: 413,
      detail: expect.stringContaining("line 1"),
    });
    expect(http.world.call(chatRoom, { type: "import", entries: [] })).toMatchObject({ value: { headSeqId: 0 } });
  });
});

async function all(lines: AsyncIterable<Line>): Promise<Line[]> {
  const found: Line[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe("lines of a body", () => {
  const bytes = new TextEncoder().encode("a\n\u{1f4ac}b\r\n\n c");
  async function read(...chunks: Uint8Array<ArrayBuffer>[]): Promise<Line[]> {
    return all(linesOf(new Blob(chunks).stream()));
  }
  /** Each chunk arrives by itself. */
  function inChunks(size: number): ReadableStream<Uint8Array> {
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    });
  }

  it.each([1, 2, 3, 100])("are the same in chunks of %i bytes", async (size) => {
    const lines = await all(linesOf(inChunks(size)));
    expect(lines).toEqual([
      { number: 1, text: "a" },
      { number: 2, text: "\u{1f4ac}b\r" },
      { number: 4, text: " c" },
    ]);
  });

  it("are read to the end, also when nobody wants more of them", async () => {
    let given = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        if (given > 100) controller.close();
        else controller.enqueue(bytes);
      },
      cancel: () => expect.unreachable("a body that is given up takes the connection along"),
    });
    for await (const _ of linesOf(body)) break;
    expect(given).toBe(101);
  });

  it("are none without a body, and UTF-8 alone", async () => {
    expect(await all(linesOf(null))).toEqual([]);
    await expect(read(new Uint8Array([97, 10, 0xff]))).rejects.toMatchObject({ errorName: "MALFORMED" });
    await expect(read(new Uint8Array([97, 10, 0xe2]))).rejects.toMatchObject({ errorName: "MALFORMED" });
  });
});
