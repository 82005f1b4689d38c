import { describe, expect, it } from "vitest";
import { alice, bob } from "../../test/sim/names.ts";
import { control, FakeLog, message } from "../../test/support/fake-log.ts";
import { emptied } from "../protocol/amend.ts";
import type { ControlEntry, Entry } from "../protocol/entry.ts";
import { PackId, type UserId } from "../protocol/ids.ts";
import { Tail } from "./tail.ts";

const seqIds = (entries: readonly Entry[]): number[] => entries.map(({ seqId }) => seqId);
const edit = (content: string) => ({ op: "override", contentType: 1, content }) as const;
const like = { op: "react", reaction: "+" } as const;

function tailOf(entries: readonly Entry[], limit = 200): Tail {
  const tail = new Tail([], limit);
  for (const entry of entries) tail.add(entry);
  return tail;
}

describe("a tail", () => {
  it("keeps the newest entries, as they are after what was done to them", () => {
    const tail = tailOf([message(1), message(2)]);
    expect(tail.add(control(3, 2, edit("new")))).toMatchObject([{ seqId: 2, content: "new", edited: { count: 1 } }]);
    expect(tail.view()).toMatchObject([{ content: "m1" }, { content: "new" }, { kind: "control" }]);
  });

  it("has a limit, and tells from where on it keeps", () => {
    const tail = tailOf([message(1), message(2), message(3)], 2);
    expect(seqIds(tail.view())).toEqual([2, 3]);
    expect(tail.takeChanges()).toMatchObject({ from: 2, entries: [{ seqId: 2 }, { seqId: 3 }] });
    expect(tail.takeChanges()).toBeUndefined();
    expect(tail.add(control(4, 1))).toEqual([]);
    expect(tail.takeChanges()).toMatchObject({ from: 3, entries: [{ seqId: 4 }] });
  });

  it("begins anew behind a hole, in what was kept as well", () => {
    expect(seqIds(new Tail([message(1), message(2), message(4), message(5)], 200).view())).toEqual([4, 5]);
    expect(seqIds(tailOf([message(1), message(2), message(4)]).view())).toEqual([4]);
  });

  it("is not changed by an entry that it has", () => {
    const tail = new Tail([message(1), message(2, { content: "as it is now", amendedBy: 9 })], 200);
    tail.add(message(2));
    expect(tail.view()).toMatchObject([{ seqId: 1 }, { content: "as it is now" }]);
  });

  it("counts what a later copy has already only once", () => {
    const log = new FakeLog();
    log.say();
    log.control(1, like);
    const [liked] = log.entries;
    if (liked === undefined) throw new Error("it was appended");
    const tail = tailOf([liked]);
    expect(tail.add(control(2, 1, like))).toEqual([]);
    expect(tail.view()[0]).toMatchObject({ reactions: { "+": 1 } });
    expect(tail.add(control(3, 1, like))).toMatchObject([{ reactions: { "+": 2 } }]);
  });

  it("shows an early control entry at once, and loses none that precedes it", () => {
    const tail = tailOf([message(1), message(2)]);
    expect(tail.addEarly(control(5, 1, edit("early")), 2)).toMatchObject([{ content: "early" }]);
    expect(tail.hasEarly).toBe(true);
    expect(tail.takeChanges()?.entries[0]).toMatchObject({ content: "m1" });
    expect(tail.add(control(3, 1, like))).toMatchObject([{ content: "early", reactions: { "+": 1 } }]);
    tail.add(message(4));
    expect(tail.add(control(5, 1, edit("early")))).toMatchObject([{ content: "early", edited: { count: 1 } }]);
    expect(tail.hasEarly).toBe(false);
    expect(tail.view()[0]).toMatchObject({
      content: "early",
      reactions: { "+": 1 },
      edited: { count: 1 },
      amendedBy: 5,
    });
  });

  it("takes an early control entry that was handed out already, once", () => {
    const tail = tailOf([message(1), message(2), control(3, 1, like)]);
    expect(tail.addEarly(control(3, 1, like), 3)).toEqual([]);
    expect(tail.view()[0]).toMatchObject({ reactions: { "+": 1 } });
  });

  it("takes pages that continue it backwards, up to the limit, and no others", () => {
    const tail = tailOf([message(8), message(9)], 5);
    tail.absorb([message(3), message(4), message(5)], 9);
    expect(seqIds(tail.view())).toEqual([8, 9]);
    tail.absorb([message(4), message(5), message(6), message(7), message(8)], 9);
    expect(seqIds(tail.view())).toEqual([5, 6, 7, 8, 9]);
  });

  it("begins with a page that reaches the cursor", () => {
    const behind = new Tail([], 200);
    behind.absorb([message(1), message(2)], 3);
    expect(behind.view()).toEqual([]);
    const there = new Tail([], 200);
    there.absorb([message(2), message(3), message(4)], 3);
    expect(seqIds(there.view())).toEqual([2, 3]);
  });

  it("amends a page by what came while it was on its way", () => {
    const tail = tailOf([message(3), control(4, 1)]);
    expect(tail.absorb([message(1), message(2)], 4)[0]).toMatchObject({ content: "", gone: { as: "recalled" } });
    expect(tail.view()[0]).toMatchObject({ gone: { as: "recalled" } });
  });

  it("keeps hidden what was hidden", () => {
    const tail = tailOf([message(1)]);
    tail.change(1, (one) => emptied(one, { as: "hidden", by: bob, at: 1 }));
    expect(tail.add(control(2, 1, edit("seen again")))).toEqual([]);
    expect(tail.view()[0]).toMatchObject({ content: "", gone: { as: "hidden" } });
  });

  it("empties all that is purged, early or in its turn, of one sender or of all", () => {
    const tail = tailOf([message(2), message(3, { from: alice }), message(4), message(5)]);
    const purge = purged(7, { after: 1, upTo: 4, sender: bob });
    expect(tail.addEarly(purge, 5).map(({ seqId, content }) => [seqId, content])).toEqual([
      [2, ""],
      [4, ""],
    ]);
    expect(tail.view()[0]).toMatchObject({ content: "", gone: { as: "deleted", at: 7 } });
    tail.add(message(6));
    expect(tail.add(purge).map(({ seqId }) => seqId)).toEqual([2, 4]);
    expect(tail.view().flatMap((one) => (one.kind === "message" ? one.content : []))).toEqual([
      "",
      "m3",
      "",
      "m5",
      "m6",
    ]);
    expect(tail.absorb([message(1)], 7)[0]).toMatchObject({ content: "m1" });
    expect(seqIds(tail.add(purged(8, { after: 0, upTo: 5 })))).toEqual([1, 3, 5]);
  });
});

function purged(seqId: number, span: { after: number; upTo: number; sender?: UserId }): ControlEntry {
  const control = { op: "purge", as: "deleted", ...span } as const;
  return { kind: "control", seqId, timestamp: seqId, from: bob, packId: PackId.parse(`p${seqId}`), control };
}
