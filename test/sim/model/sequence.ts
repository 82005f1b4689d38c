import type { RoomPolicy } from "../../../src/kernel/policy.ts";
import { addressOf, type RoomName, sessionRoom } from "../../../src/kernel/room-name.ts";
import type { AckFrame } from "../../../src/protocol/down.ts";
import { CODE_OK, type ErrorName, errorNameOf } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import type { UpFrame } from "../../../src/protocol/up.ts";
import { SimArchive } from "../archive.ts";
import { history, SimGroup } from "../asks.ts";
import { Device } from "../device.ts";
import { freshPack, mailboxOf } from "../mailboxes.ts";
import { alice, app, bob, carol, chat } from "../names.ts";
import { World } from "../world.ts";
import { Conversation } from "./conversation.ts";
import type { ModelMessage } from "./conversation-rows.ts";
import { GroupSteps } from "./group-steps.ts";
import { MessageSteps } from "./message-steps.ts";
import type { Operation, OperationOf, Storm } from "./operation.ts";
import { RelationSteps } from "./relation-steps.ts";

export const USERS: readonly UserId[] = [alice, bob, carol];

type Without<T> = T extends unknown ? Omit<T, "packId"> : never;
export type Asking = Without<UpFrame>;

/** What rooms put off for longer than this is not waited for: messages that expire, streams that nobody ends. */
const REST_HORIZON_MS = 30_000;
const LOST_AT_ONCE = 3;
/** So few stay whole in their rooms that most operations meet entries that do not. */
const HOT_ENTRIES = 3;
/** How often the archive is behind. */
const ARCHIVE_IS_LATE = 0.6;

/** Real rooms and the model beside them: every operation is done by both, one after the other, and must end alike. */
export class Sequence {
  readonly world: World;
  readonly archive: SimArchive;
  readonly devices: readonly Device[];
  readonly single = new Conversation(chat, false);
  readonly group: Conversation;
  readonly simGroup: SimGroup;
  readonly #rooms: readonly RoomName[];
  readonly groups: GroupSteps;
  readonly relations: RelationSteps;
  readonly #messages: MessageSteps;
  #storm: Storm | undefined;
  /** What was refused, and what went wrong in the middle of requests: whether sequences reach what they are to test. */
  readonly refusals: ErrorName[] = [];
  readonly storms: Storm["what"][] = [];
  /** When the request of this operation was made. */
  askedAtMs = 0;

  constructor(seed: number, messages: RoomPolicy["messages"]) {
    this.world = new World({ seed, policy: { messages, archive: { hotEntries: HOT_ENTRIES, hotMs: 0 } } });
    this.archive = new SimArchive(this.world);
    this.simGroup = SimGroup.create(this.world, alice, [bob, carol]);
    this.group = new Conversation(this.simGroup.sessionId, true);
    this.group.roles.set(alice, "owner");
    this.group.note("created", USERS, this.world.nowMs);
    this.#rooms = [chat, this.group.sessionId].map((id) => sessionRoom(app, id)).concat(USERS.map(mailboxOf));
    for (const userId of [alice, bob]) this.single.roles.set(userId, "member");
    this.devices = USERS.flatMap((userId) => [
      new Device(this.world, userId, "ios"),
      new Device(this.world, userId, "web"),
    ]);
    this.#messages = new MessageSteps(this);
    this.groups = new GroupSteps(this);
    this.relations = new RelationSteps(this, messages === "friends");
    for (const device of this.devices) device.connect();
    this.rest();
    this.relations.begin();
  }

  run(operations: readonly Operation[]): void {
    for (const one of operations) {
      this.#step(one);
      this.#adopt();
    }
    this.world.quiesce();
    this.rest();
    this.#adopt();
  }

  user(index: number): UserId {
    return USERS[index] ?? alice;
  }

  conversation(index: number): Conversation {
    return index === 0 ? this.single : this.group;
  }

  /** Asks on the user's first device, waits for all that follows, and demands one of these errors; none means success. */
  ask(by: UserId, asking: Asking, errors: readonly ErrorName[]): AckFrame["data"] {
    const device = this.#deviceOf(by);
    const packId = freshPack();
    const frame = { ...asking, packId } as UpFrame; // SAFETY: a frame without its packId, and that
    this.askedAtMs = this.world.nowMs;
    device.request(frame);
    this.#strike(by);
    this.rest();
    const [ack, ...more] = device.life?.connection.acks(packId) ?? [];
    if (ack === undefined || more.length > 0) throw new Error(`not one answer to ${JSON.stringify(frame)}`);
    const error = ack.code === CODE_OK ? undefined : errorNameOf(ack.code);
    const isRight = error === undefined ? errors.length === 0 : errors.includes(error);
    if (!isRight) throw new Error(`${by} asked ${JSON.stringify(frame)}: ${error}, not ${errors.join(" or ") || "ok"}`);
    if (error !== undefined) this.refusals.push(error);
    return ack.data;
  }

  /** Everything arrives, and devices that connected are live. */
  rest(): void {
    do this.world.quiesce(REST_HORIZON_MS);
    while (this.#archives() + this.devices.filter((one) => one.pump()).length > 0);
  }

  #archives(): number {
    return this.world.random() < ARCHIVE_IS_LATE ? 0 : this.archive.work();
  }

  #step(one: Operation): void {
    if ("user" in one) this.#deviceOf(this.user(one.user));
    if (one.do === "pass") this.#pass(one.seconds);
    else if (one.do === "storm") this.#storm = one.storm;
    else if ("room" in one) this.#disturb(one.do, one.room);
    else if ("device" in one) this.#reconnect(one.user * 2 + one.device);
    else if ("session" in one || one.do === "readAll") this.#messages.step(one);
    else if (isOfRelations(one)) this.relations.step(one);
    else this.groups.step(one);
  }

  /** In the middle of a request of `by`, whose own mailbox is spared: it would have no answer. */
  #strike(by: UserId): void {
    const { world } = this;
    const storm = this.#storm;
    if (storm === undefined) return;
    this.#storm = undefined;
    if (storm.what === "lose" || storm.what === "full") {
      this.#loseDeliveries(storm.what, mailboxOf(by));
      return;
    }
    for (let n = 0; n < storm.after && world.flights.length > 0; n += 1) world.land(0);
    const room = this.#rooms[storm.room];
    if (room !== undefined && room !== mailboxOf(by)) {
      this.storms.push(storm.what);
      world[storm.what](room);
    }
  }

  /** Calls of sessions get lost, or their replies do; or mailboxes cannot write. */
  #loseDeliveries(what: "lose" | "full", spared: RoomName): void {
    const { world } = this;
    const isMeant = (flight: (typeof world.flights)[number]): boolean => {
      if (addressOf(flight.from).kind !== "session") return false;
      return what === "lose" || (flight.kind === "request" && flight.to !== spared);
    };
    for (let n = 0; n < LOST_AT_ONCE; n += 1) {
      while (world.flights.length > 0 && !world.flights.some(isMeant)) world.land(0);
      const index = world.flights.findIndex(isMeant);
      if (index < 0) return;
      this.storms.push(what);
      world.storage.isFull = what === "full";
      world.land(index, what === "lose" ? "lost" : "arrives");
      world.storage.isFull = false;
    }
  }

  /** What the rooms did by themselves meanwhile: they may let a message expire when its time is over, and must. */
  #adopt(): void {
    for (const talk of [this.single, this.group]) if (talk.mortals.length > 0) this.#bury(talk);
  }

  #bury(talk: Conversation): void {
    const { world } = this;
    const after = { after: talk.head, limit: 200 };
    for (const entry of history(world, after, sessionRoom(app, talk.sessionId)).entries) {
      const target = entry.kind === "control" && entry.control.op === "expire" ? entry.control.target : 0;
      const isDue = talk.mortals.some((one) => one.seqId === target && isOver(one, world.nowMs));
      if (!isDue) throw new Error(`nobody asked for ${JSON.stringify(entry)}`);
      talk.control("expire", target, { nowMs: entry.timestamp });
    }
    const left = talk.mortals.find((one) => isOver(one, world.nowMs));
    if (left !== undefined) throw new Error(`${left.seqId} did not expire`);
  }

  #pass(seconds: number): void {
    this.world.nowMs += seconds * 1_000;
    this.world.ringDue();
    this.rest();
  }

  #disturb(what: "evict" | "crash", index: number): void {
    const room = this.#rooms[index];
    if (room !== undefined) this.world[what](room);
    this.rest();
  }

  #reconnect(index: number): void {
    this.devices[index]?.connect();
    this.rest();
  }

  #deviceOf(userId: UserId): Device {
    const device = this.devices.find((one) => one.userId === userId);
    if (device === undefined) throw new Error(`no device of ${userId}`);
    if (device.life === undefined) device.connect();
    this.rest();
    return device;
  }
}

function isOver({ atMs, lifeMs }: ModelMessage, nowMs: number): boolean {
  return atMs + lifeMs <= nowMs;
}

const RELATIONS = ["block", "unblock", "befriend", "unfriend", "acceptFriend", "refuseFriend"] as const;
type OfRelations = OperationOf<(typeof RELATIONS)[number]>;

function isOfRelations(one: Operation): one is OfRelations {
  return RELATIONS.some((name) => name === one.do);
}
