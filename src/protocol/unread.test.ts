import { describe, expect, it } from "vitest";
import { entriesOf } from "../../test/sim/entries.ts";
import { alice, bob, carol, chat, pack } from "../../test/sim/names.ts";
import { contentFault } from "./content.ts";
import type { Entry, Notice } from "./entry.ts";
import { entryFromJson, entryToJson } from "./entry-json.ts";
import { advanceHotSession } from "./hot-session.ts";
import { MAX_CONTENT_BYTES } from "./limits.ts";
import { applyEntry, isCountable } from "./unread.ts";

const noticeEntry = (seqId: number, notice: Notice): Entry => ({
  ...{ seqId, timestamp: seqId, from: alice, packId: pack(`n${seqId}`) },
  kind: "notice",
  notice,
});

describe("the counting rule", () => {
  it("counts messages of others, and an own message reads up to itself", () => {
    const state = { readSeqId: 0, unread: 0, mentions: 0 };
    for (const entry of entriesOf(alice, [1, 2])) applyEntry(state, entry, bob);
    expect(state).toEqual({ readSeqId: 0, unread: 2, mentions: 0 });
    for (const entry of entriesOf(bob, [3])) applyEntry(state, entry, bob);
    expect(state).toEqual({ readSeqId: 3, unread: 0, mentions: 0 });
  });

  it("does not count notices", () => {
    const entry = noticeEntry(1, { event: "dismissed" });
    expect(isCountable(entry)).toBe(false);
    const state = { readSeqId: 0, unread: 4, mentions: 0 };
    applyEntry(state, entry, bob);
    applyEntry(state, entry, alice);
    expect(state).toEqual({ readSeqId: 0, unread: 4, mentions: 0 });
  });

  it("begins with the first entry, and anew with a join of the user's own", () => {
    const advance = (old: Parameters<typeof advanceHotSession>[0], entries: [Entry, ...Entry[]]) =>
      advanceHotSession(old, { sessionId: chat, entries }, bob);
    const first = advance(undefined, entriesOf(alice, [4, 5]));
    expect(first).toMatchObject({ firstSeqId: 4, readSeqId: 3, lastSeqId: 5, unread: 2, member: true });
    const others = advance(first, [noticeEntry(6, { event: "joined", users: [carol] })]);
    expect(others).toMatchObject({ firstSeqId: 4, readSeqId: 3, unread: 2, mentions: 0 });
    const left = advance(others, [noticeEntry(7, { event: "quit", users: [bob] })]);
    expect(left).toMatchObject({ firstSeqId: 4, unread: 2, member: false });
    const back = advance(left, [noticeEntry(9, { event: "joined", users: [bob] }), ...entriesOf(alice, [10])]);
    expect(back).toMatchObject({ firstSeqId: 9, readSeqId: 8, lastSeqId: 10, unread: 1, member: true });
  });
});

describe("content", () => {
  it("is bounded in bytes of UTF-8, of an object in those of its JSON", () => {
    expect(contentFault("")).toBe("TOO_SHORT");
    expect(contentFault({})).toBeUndefined();
    expect(contentFault("x".repeat(MAX_CONTENT_BYTES))).toBeUndefined();
    expect(contentFault("x".repeat(MAX_CONTENT_BYTES + 1))).toBe("TOO_LONG");
    expect(contentFault("€".repeat(MAX_CONTENT_BYTES / 3 + 1))).toBe("TOO_LONG");
    expect(contentFault("😀".repeat(MAX_CONTENT_BYTES / 4))).toBeUndefined();
    expect(contentFault({ a: "x".repeat(MAX_CONTENT_BYTES - 8) })).toBeUndefined();
    expect(contentFault({ a: "x".repeat(MAX_CONTENT_BYTES - 7) })).toBe("TOO_LONG");
  });
});

describe("the JSON of an entry", () => {
  it("is made once and read back as it was", () => {
    const [entry] = entriesOf(alice, [1]);
    const text = entryToJson(entry);
    expect(entryFromJson(text)).toEqual(entry);
    expect(entryToJson(entryFromJson(text))).toBe(text);
  });
});
