import fc from "fast-check";
import type { UserId } from "../../src/protocol/ids.ts";
import type { AppendItem } from "../../src/protocol/rpc/session-call.ts";
import type { UpFrame } from "../../src/protocol/up.ts";
import { SimGroup } from "./asks.ts";
import { controlFrame } from "./controls.ts";
import { freshPack, mailboxOf, online } from "./mailboxes.ts";
import { alice, bob, carol, pack } from "./names.ts";
import type { SimConnection } from "./sim-connection.ts";
import { World } from "./world.ts";

export const PEOPLE = [alice, bob, carol] as const;
const who = fc.constantFrom(...PEOPLE);
const seqId = fc.integer({ min: 1, max: 15 });

const options = fc.constantFrom<Partial<AppendItem>>(
  {},
  { mentions: { users: [bob, carol] } },
  { mentions: { users: [bob] }, priority: "high" },
  { mentions: { all: true } },
  { uncounted: true, mentions: { users: [bob] } },
  { ttlMs: 5_000 },
  { ttlMs: 5_000, mentions: { users: [bob] } },
);

/** What may happen to messages and to those who read them. */
const step = fc.oneof(
  { weight: 15, arbitrary: fc.record({ do: fc.constant("send" as const), who, options }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("recall" as const, "delete" as const, "override" as const),
      who,
      seqId,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("read" as const, "hide" as const), who, seqId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("join" as const, "remove" as const) }) },
  {
    weight: 25,
    arbitrary: fc.record({
      do: fc.constantFrom("land" as const, "landAny" as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("retain" as const), agoMs: fc.integer({ min: 0, max: 9_000 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 6_000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "crash" as const), room: fc.nat(3) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export const steps = fc.array(step, { minLength: 20, maxLength: 120, size: "max" });

/** How contents name the message that they are of. */
export function marked(packId: string): string {
  return `<${packId}>`;
}

/** A group in which messages come and go. Alice owns it, carol comes and goes as well. */
export class MessageLife {
  readonly world: World;
  readonly group: SimGroup;
  readonly #connections = new Map<UserId, SimConnection>();

  constructor(seed: number) {
    this.world = new World({ seed });
    this.group = SimGroup.create(this.world, alice, [bob, carol]);
  }

  step(one: Step): void {
    if ("who" in one) this.world.send(this.#connectionOf(one.who), this.#frameOf(one));
    else if ("ms" in one) this.#wait(one.ms);
    else if ("room" in one)
      this.world[one.do]([this.group.room, ...PEOPLE.map(mailboxOf)][one.room] ?? this.group.room);
    else if ("count" in one) for (let left = one.count; left > 0; left -= 1) this.#land(one.do);
    else if (one.do === "lose") this.#land(one.do);
    else if (one.do === "forget") this.world.call(this.group.room, { type: "forget", userId: carol });
    else if (one.do === "retain")
      this.world.call(this.group.room, { type: "retain", beforeMs: this.world.nowMs - one.agoMs });
    else this.group.ask(alice, this.group[one.do](freshPack(), [carol]));
  }

  #frameOf(one: Extract<Step, { who: UserId }>): UpFrame {
    const { sessionId } = this.group;
    const packId = freshPack();
    if (one.do === "send")
      return { type: "msg.send", packId, sessionId, contentType: 1, content: marked(packId), ...one.options };
    if (one.do === "read") return { type: "msg.read", packId, sessionId, seqId: one.seqId };
    if (one.do === "hide") return { type: "msg.hide", packId, sessionId, seqIds: [one.seqId] };
    const content = one.do === "override" ? { content: `${this.#markOf(one.seqId)} edited` } : {};
    return controlFrame(one.do, one.seqId, { packId, sessionId, ...content });
  }

  #markOf(seqId: number): string {
    return marked(this.group.log()[seqId - 1]?.packId ?? pack("nothing"));
  }

  #land(how: "land" | "landAny" | "lose"): void {
    const { flights, random } = this.world;
    if (flights.length === 0) return;
    const index = how === "land" ? 0 : Math.floor(random() * flights.length);
    this.world.land(index, how === "lose" ? "lost" : "arrives");
  }

  #wait(ms: number): void {
    this.world.nowMs += ms;
    if (this.world.random() < 0.7) this.world.ringDue();
  }

  #connectionOf(userId: UserId): SimConnection {
    const open = this.#connections.get(userId);
    if (open?.isOpen) return open;
    const connection = online(this.world, userId);
    this.#connections.set(userId, connection);
    return connection;
  }
}
