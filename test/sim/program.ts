import fc from "fast-check";
import { type RoomName, sessionRoom } from "../../src/kernel/room-name.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { SimGroup } from "./asks.ts";
import { Device } from "./device.ts";
import { mailboxOf } from "./mailboxes.ts";
import { alice, app, bob, carol, chat, pack } from "./names.ts";
import { World } from "./world.ts";

export const PEOPLE: readonly UserId[] = [alice, bob, carol];
const DEVICES = PEOPLE.length * 2;

const device = fc.nat(DEVICES - 1);
const session = fc.nat(1);
const packNumber = fc.nat(19);
const count = fc.integer({ min: 1, max: 8 });

/** What may happen to Parley. Numbers choose among devices, sessions, packIds, rooms. */
export const command = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant("send" as const), device, session, packNumber }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("read" as const), device, session, seqId: fc.nat(15) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("control" as const),
      device,
      session,
      target: fc.integer({ min: 1, max: 15 }),
      op: fc.constantFrom("recall" as const, "override" as const, "delete" as const, "react" as const),
      packNumber,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom("join" as const, "quit" as const, "remove" as const),
      device,
      whom: fc.nat(2),
      packNumber,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("connect" as const), device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("disconnect" as const), device }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("land" as const), count }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("lose" as const), count }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("landWhileFull" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "crash" as const), room: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crashAll" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("jump" as const), ms: fc.integer({ min: -90_000, max: 90_000 }) }),
  },
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Three people with two devices each, a single chat of the first two and a group. */
export class Play {
  readonly world: World;
  readonly devices: readonly Device[];
  readonly group: SimGroup;
  readonly sessions: readonly SessionId[];
  readonly #rooms: readonly RoomName[];
  #wasEvicted = false;

  constructor(seed: number) {
    this.world = new World({ seed, newUsers: true });
    this.group = SimGroup.create(this.world, alice, [bob], { joinPolicy: "open" });
    this.sessions = [chat, this.group.sessionId];
    this.#rooms = [...this.sessions.map((id) => sessionRoom(app, id)), ...PEOPLE.map(mailboxOf)];
    this.devices = PEOPLE.flatMap((userId) => [
      new Device(this.world, userId, "ios"),
      new Device(this.world, userId, "web"),
    ]);
    for (const [index, one] of this.devices.entries()) if (index % 2 === 0) one.connect();
  }

  /** An instance was dropped in the middle of something. Its successor knows nothing of the batch that is under way. */
  get lostInstances(): boolean {
    return this.#wasEvicted || this.world.faults.length > 0;
  }

  run(commands: readonly Command[]): void {
    for (const one of commands) {
      this.#step(one);
      for (const device of this.devices) if (this.world.random() < 0.5) device.pump();
    }
    this.#rest();
  }

  #step(one: Command): void {
    if ("count" in one) for (let n = 0; n < one.count; n += 1) this.#land(one.do === "lose" && n === 0);
    else if ("session" in one) this.#speak(one);
    else if ("whom" in one) this.#changeGroup(one);
    else if ("device" in one) this.#device(one.device)[one.do]();
    else this.#disturb(one);
  }

  #speak(one: Extract<Command, { session: number }>): void {
    const sessionId = this.#session(one.session);
    const device = this.#device(one.device);
    if (device.life === undefined) device.connect();
    if (one.do === "control") this.#control(device, sessionId, one);
    // So few packIds that many are repeated, in the same session and in the other.
    else if (one.do === "send") {
      const packId = pack(`${device.userId}-${one.packNumber}`);
      device.request({ type: "msg.send", packId, sessionId, contentType: 1, content: packId });
    } else {
      const packId = pack(`read-${this.world.random()}`);
      device.request({ type: "msg.read", packId, sessionId, seqId: one.seqId });
    }
  }

  #control(device: Device, sessionId: SessionId, one: Extract<Command, { op: unknown }>): void {
    const packId = pack(`${one.op}-${one.packNumber}`);
    const about = { packId, sessionId, seqId: one.target };
    if (one.op === "react") device.request({ type: "msg.react", ...about, reaction: "+" });
    else if (one.op === "override") device.request({ type: "msg.control", ...about, op: one.op, content: `${packId}` });
    else device.request({ type: "msg.control", ...about, op: one.op });
  }

  #changeGroup({ do: what, device, whom, packNumber }: Extract<Command, { whom: number }>): void {
    const [packId, target] = [`${what}-${packNumber}`, PEOPLE[whom] ?? alice];
    const { group } = this;
    if (what === "quit") this.#device(device).request(group.quit(packId));
    else this.#device(device).request(what === "join" ? group.join(packId, [target]) : group.remove(packId, [target]));
  }

  #disturb(one: Exclude<Command, { count: number } | { device: number }>): void {
    const { world } = this;
    if ("room" in one) {
      this.#wasEvicted ||= one.do === "evict";
      world[one.do](this.#room(one.room));
    } else if ("ms" in one) {
      world.nowMs += one.ms;
      world.ringDue();
    } else if (one.do === "crashAll") {
      world.crashAll();
    } else {
      world.storage.isFull = true;
      this.#land(false);
      world.storage.isFull = false;
    }
  }

  #land(isLost: boolean): void {
    const { flights, random } = this.world;
    if (flights.length > 0) this.world.land(Math.floor(random() * flights.length), isLost ? "lost" : "arrives");
  }

  /** Everything arrives and nobody asks for anything more. */
  #rest(): void {
    do this.world.quiesce();
    while (this.devices.filter((one) => one.pump()).length > 0);
  }

  #device(index: number): Device {
    const found = this.devices[index];
    if (found === undefined) throw new Error(`no device ${index}`);
    return found;
  }

  #session(index: number): SessionId {
    return this.sessions[index] ?? chat;
  }

  #room(index: number): RoomName {
    return this.#rooms[index] ?? mailboxOf(alice);
  }
}
