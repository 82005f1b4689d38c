import { describe, expect, it } from "vitest";
import { alice, bob, pack } from "../../test/sim/names.ts";
import { amended } from "./amend.ts";
import type { ControlEntry, MessageEntry } from "./entry.ts";
import type { Control } from "./message-parts.ts";

const message: MessageEntry = {
  seqId: 1,
  timestamp: 1_000,
  from: alice,
  packId: pack("m"),
  kind: "message",
  contentType: 1,
  content: "first",
  mentions: { users: [bob] },
  push: { title: "secret" },
};

function controlled(seqId: number, control: Omit<Control, "target" | "targetFrom">, from = alice): ControlEntry {
  // SAFETY: the target completes any control
  const whole = { ...control, target: 1, targetFrom: alice } as Control;
  return { seqId, timestamp: seqId * 1_000, from, packId: pack(`c${seqId}`), kind: "control", control: whole };
}

const react = (seqId: number, reaction: string) => controlled(seqId, { op: "react", reaction } as Control); // SAFETY: completed above
const edit = (seqId: number, content: string) =>
  controlled(seqId, { op: "override", contentType: 1, content } as Control); // SAFETY: completed above

describe("a message after a control entry", () => {
  it("has new content, and knows how often and when", () => {
    expect(amended(amended(message, edit(2, "second")), edit(5, "third"))).toEqual({
      ...message,
      content: "third",
      edited: { count: 2, at: 5_000 },
      amendedBy: 5,
    });
  });

  it("says nothing any more when it was recalled, and still counts as it did", () => {
    const gone = amended(amended(message, react(2, "+")), controlled(3, { op: "recall" }));
    expect(gone).toEqual({
      seqId: 1,
      timestamp: 1_000,
      from: alice,
      packId: "m",
      kind: "message",
      contentType: 1,
      content: "",
      mentions: { users: [bob] },
      gone: { as: "recalled", by: alice, at: 3_000 },
      amendedBy: 3,
    });
  });

  it("counts reactions, and forgets those that are taken back", () => {
    const two = amended(amended(message, react(2, "+")), react(3, "+"));
    expect(two.reactions).toEqual({ "+": 2 });
    const unreact = (seqId: number) => controlled(seqId, { op: "unreact", reaction: "+" } as Control); // SAFETY: completed above
    expect(amended(two, unreact(4)).reactions).toEqual({ "+": 1 });
    expect(amended(amended(two, unreact(4)), unreact(5))).not.toHaveProperty("reactions");
  });

  it("is changed once by each, also when the copy is newer than the entry", () => {
    const stored = amended(amended(message, react(2, "+")), edit(3, "second"));
    for (const entry of [react(2, "+"), edit(3, "second")]) expect(amended(stored, entry)).toBe(stored);
  });
});
