import fc from "fast-check";
import type { Entry } from "../../src/protocol/entry.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import type { AppendItem } from "../../src/protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../src/protocol/session-frame.ts";
import { history, SimGroup } from "../sim/asks.ts";
import { controlFrame } from "../sim/controls.ts";
import { freshPack } from "../sim/mailboxes.ts";
import { alice, bob, carol } from "../sim/names.ts";
import { World } from "../sim/world.ts";

const who = fc.constantFrom(alice, bob, carol);
const seqId = fc.integer({ min: 2, max: 14 });

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("send", "expiring", "uncounted"), who }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constantFrom("recall", "delete", "override", "override"), who, seqId }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("react", "unreact", "pin"), who, seqId }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("open", "chunk", "chunk", "close"), who, seqId }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("bring", "remove", "ban") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("wait", "forget", "retain") }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("read"), seqId, count: fc.integer({ min: 1, max: 6 }) }) },
);
interface Step {
  readonly do: string;
  readonly who?: UserId;
  readonly seqId?: number;
  readonly count?: number;
}
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 10, maxLength: 50, size: "max" });

const EXPIRES_AFTER_MS = 5_000;

/** The log of a group as its room makes it, and what was read of it on the way: entries as they were then. */
export class ArchivedLog {
  readonly world: World;
  readonly group: SimGroup;
  readonly reads: Entry[][] = [];

  constructor(steps: readonly Step[]) {
    this.world = new World({ seed: 1 });
    this.group = SimGroup.create(this.world, alice, [bob]);
    for (const one of steps) this.#step(one);
  }

  /** The log as it is in the end. */
  get entries(): Entry[] {
    return this.group.log();
  }

  #step({ do: what, who = alice, seqId = 1, count = 1 }: Step): void {
    const { world, group } = this;
    if (what === "wait") {
      world.nowMs += EXPIRES_AFTER_MS;
      world.ringDue();
    } else if (what === "forget") world.call(group.room, { type: "forget", userId: carol });
    else if (what === "retain") world.call(group.room, { type: "retain", beforeMs: world.nowMs });
    else if (what === "read") {
      const { entries } = history(world, { after: seqId - 2, limit: count }, group.room);
      if (entries.length > 0) this.reads.push(entries);
    } else if (what === "bring") group.ask(alice, group.join(freshPack(), [carol]));
    else if (what === "remove") group.ask(alice, group.remove(freshPack(), [carol]));
    else if (what === "ban") this.#ban();
    else if (what === "send" || what === "expiring" || what === "uncounted") this.#send(what, who);
    else world.call(group.room, { type: "request", by: who, frame: this.#frameOf(what, seqId) });
  }

  #send(what: string, sender: UserId): void {
    const packId = freshPack();
    const options: Partial<AppendItem> =
      what === "send"
        ? { mentions: { users: [bob] } }
        : what === "expiring"
          ? { ttlMs: EXPIRES_AFTER_MS }
          : { uncounted: true, push: { body: "secret" } };
    const items = [{ packId, contentType: 1, content: `text of ${packId}`, ...options }];
    this.world.call(this.group.room, { type: "append", sender, items });
  }

  #ban(): void {
    const { groupId } = this.group;
    const [banned, allowed] = [freshPack(), freshPack()];
    this.group.ask(alice, { type: "group.ban", packId: banned, groupId, userIds: [carol] });
    this.group.ask(alice, { type: "group.ban", packId: allowed, groupId, userIds: [carol], remove: true });
  }

  /** Most are refused, as the message is another's or gone: those are no entries. */
  #frameOf(what: string, seqId: number): SessionFrame {
    const { sessionId } = this.group;
    const packId = freshPack();
    const about = { packId, sessionId, seqId };
    switch (what) {
      case "react":
        return { type: "msg.react", ...about, reaction: "👍" };
      case "unreact":
        return { type: "msg.react", ...about, reaction: "👍", remove: true };
      case "pin":
        return { type: "msg.pin", ...about };
      case "open":
        return { type: "stream.open", packId, sessionId, contentType: 1, content: "grows" };
      case "chunk":
        return { type: "stream.chunk", ...about, offset: this.#lengthOf(seqId), text: " on" };
      case "close":
        return { type: "stream.close", ...about };
      case "override":
        return controlFrame("override", seqId, { ...about, contentType: 9, content: `edited by ${packId}` });
      default:
        return controlFrame(what === "recall" ? "recall" : "delete", seqId, about);
    }
  }

  #lengthOf(seqId: number): number {
    const entry = this.entries[seqId - 1];
    return entry?.kind === "message" && typeof entry.content === "string" ? entry.content.length : 0;
  }
}
