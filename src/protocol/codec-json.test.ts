import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entriesOf } from "../../test/sim/entries.ts";
import { alice, chat, pack } from "../../test/sim/names.ts";
import { jsonCodec } from "./codec-json.ts";
import type { DownFrame } from "./down.ts";
import { MAX_CONTENT_DEPTH, MAX_FRAMES_PER_BATCH } from "./limits.ts";

const decode = (value: unknown) => jsonCodec.decode(JSON.stringify(value));
const send = { type: "msg.send", packId: "p", sessionId: chat, contentType: 1, content: "hello" };

describe("the JSON codec", () => {
  it("decodes one frame, and several as an array", () => {
    expect(decode(send)).toEqual([{ ok: true, frame: send }]);
    expect(decode([send, { ...send, packId: "q" }]).map((one) => one.ok)).toEqual([true, true]);
    expect(decode([])).toEqual([]);
  });

  it("drops fields that the protocol does not have", () => {
    expect(decode({ ...send, from: "mallory", __proto__x: 1 })).toEqual([{ ok: true, frame: send }]);
  });

  it.each([
    ["{", "MALFORMED", undefined],
    ["", "MALFORMED", undefined],
    ["null", "UNKNOWN_TYPE", undefined],
    ['"text"', "UNKNOWN_TYPE", undefined],
    ["{}", "UNKNOWN_TYPE", undefined],
    ['{"type":"__proto__","packId":"p"}', "UNKNOWN_TYPE", "p"],
    ['{"type":["msg.send"],"packId":"p"}', "UNKNOWN_TYPE", "p"],
    ['{"type":"msg.send","packId":"p"}', "BAD_PARAMETER", "p"],
    ['{"type":"msg.send","packId":"not printable\\n"}', "BAD_PARAMETER", undefined],
    ['{"type":"sync.sessions","packId":"p","since":1.5}', "BAD_PARAMETER", "p"],
    ['{"type":"sync.sessions","packId":"p","since":1e400}', "BAD_PARAMETER", "p"],
    ['{"type":"history.pull","packId":"p","sessionId":"SC_a_b","before":1,"after":1}', "BAD_PARAMETER", "p"],
    ['{"type":"history.pull","packId":"p","sessionId":"SC_a_b/../x"}', "BAD_PARAMETER", "p"],
  ])("answers %s with %s", (text, error, packId) => {
    expect(jsonCodec.decode(text)).toMatchObject([{ ok: false, error, packId }]);
  });

  it("answers every element of a mixed batch for itself", () => {
    expect(decode([send, 7, { ...send, content: 7 }, [send]]).map((one) => (one.ok ? "ok" : one.error))).toEqual([
      "ok",
      "UNKNOWN_TYPE",
      "BAD_PARAMETER",
      "UNKNOWN_TYPE",
    ]);
  });

  it("refuses a batch of more than 256 frames, each by its packId", () => {
    const batch = (length: number) => Array.from({ length }, (_, n) => ({ ...send, packId: `p${n}` }));
    expect(decode(batch(MAX_FRAMES_PER_BATCH)).every(({ ok }) => ok)).toBe(true);
    const refused = decode(batch(MAX_FRAMES_PER_BATCH + 1));
    expect(refused).toHaveLength(MAX_FRAMES_PER_BATCH + 1);
    expect(refused.at(-1)).toMatchObject({ ok: false, error: "BATCH_TOO_LARGE", packId: "p256" });
  });

  it("survives huge and deeply nested arrays", () => {
    expect(decode(Array.from({ length: 400_000 }, () => 1))).toHaveLength(400_000);
    expect(jsonCodec.decode("[".repeat(500_000))).toMatchObject([{ ok: false, error: "MALFORMED" }]);
  });

  it("refuses content that is nested too deeply for some runtime to write", () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const sendNested = (depth: number) =>
      jsonCodec.decode(JSON.stringify(send).replace('"hello"', `{"a":${nested(depth)}}`));
    expect(sendNested(MAX_CONTENT_DEPTH - 1)).toMatchObject([{ ok: true }]);
    for (const depth of [MAX_CONTENT_DEPTH, 10_000, 400_000]) {
      expect(sendNested(depth)).toMatchObject([{ ok: false, error: "BAD_PARAMETER", packId: "p" }]);
    }
  });

  it("never throws and never echoes what it was sent", () => {
    const SECRET = "s3cr3t";
    const leaf = fc.oneof(fc.constant(SECRET), fc.integer(), fc.boolean(), fc.constant(null), fc.constant([SECRET]));
    const type = fc.constantFrom("msg.send", "msg.read", "group.create", "group.role", "history.pull", SECRET);
    const frame = fc.record(
      {
        type,
        packId: fc.constantFrom("p", `${SECRET}\n`),
        sessionId: leaf,
        contentType: leaf,
        content: leaf,
        info: fc.oneof(leaf, fc.record({ name: leaf, joinPolicy: leaf, memberLimit: leaf })),
        userIds: leaf,
        userId: leaf,
        role: leaf,
        groupId: leaf,
        [SECRET]: leaf,
      },
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(frame, (value) => {
        for (const decoded of decode(value)) {
          if (!decoded.ok) expect(decoded.detail).not.toContain(SECRET);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => void jsonCodec.decode(text)),
      { seed: 1 },
    );
  });

  it("encodes one frame as an object and several as an array", () => {
    const [first] = entriesOf(alice, [1]);
    const entry: DownFrame = { type: "entry", sessionId: chat, entries: [first] };
    const ack: DownFrame = { type: "ack", packId: pack("p"), code: 0, data: { readSeqId: 1, unread: 0, mentions: 0 } };
    expect(JSON.parse(jsonCodec.encode([entry]))).toEqual(entry);
    expect(JSON.parse(jsonCodec.encode([ack, entry]))).toEqual([ack, entry]);
    expect(JSON.parse(jsonCodec.encode([]))).toEqual([]);
  });

  it("carries any content through unchanged", () => {
    const content = fc.oneof(fc.string({ minLength: 1, unit: "binary" }), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(content, (given) => {
        const wire: unknown = JSON.parse(JSON.stringify(given));
        const [decoded] = decode({ ...send, content: given });
        expect(decoded).toMatchObject({ ok: true, frame: { content: wire } });
      }),
      { seed: 1 },
    );
  });
});
