import { type RoomName, sessionRoom } from "../../../src/kernel/room-name.ts";
import type { AckFrame } from "../../../src/protocol/down.ts";
import { CODE_OK, type ErrorName, errorNameOf } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import type { UpFrame } from "../../../src/protocol/up.ts";
import { SimGroup } from "../asks.ts";
import { Device } from "../device.ts";
import { freshPack, mailboxOf } from "../mailboxes.ts";
import { alice, app, bob, carol, chat } from "../names.ts";
import { World } from "../world.ts";
import { Conversation } from "./conversation.ts";
import { GroupSteps } from "./group-steps.ts";
import { MessageSteps } from "./message-steps.ts";
import type { Operation } from "./operation.ts";

export const USERS: readonly UserId[] = [alice, bob, carol];

type Without<T> = T extends unknown ? Omit<T, "packId"> : never;
export type Asking = Without<UpFrame>;

/** Real rooms and the model beside them: every operation is done by both, one after the other, and must end alike. */
export class Sequence {
  readonly world: World;
  readonly devices: readonly Device[];
  readonly single = new Conversation(chat, false);
  readonly group: Conversation;
  readonly simGroup: SimGroup;
  readonly #rooms: readonly RoomName[];
  readonly #messages: MessageSteps;
  readonly #groups: GroupSteps;

  constructor(seed: number) {
    this.world = new World({ seed });
    this.simGroup = SimGroup.create(this.world, alice, [bob]);
    this.group = new Conversation(this.simGroup.sessionId, true);
    this.group.roles.set(alice, "owner");
    this.group.note("created", [alice, bob]);
    this.#rooms = [chat, this.group.sessionId].map((id) => sessionRoom(app, id)).concat(USERS.map(mailboxOf));
    for (const userId of [alice, bob]) this.single.roles.set(userId, "member");
    this.devices = USERS.flatMap((userId) => [
      new Device(this.world, userId, "ios"),
      new Device(this.world, userId, "web"),
    ]);
    this.#messages = new MessageSteps(this);
    this.#groups = new GroupSteps(this);
    for (const device of this.devices) device.connect();
    this.rest();
  }

  run(operations: readonly Operation[]): void {
    for (const one of operations) this.#step(one);
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
    device.request(frame);
    this.rest();
    const [ack, ...more] = device.life?.connection.acks(packId) ?? [];
    if (ack === undefined || more.length > 0) throw new Error(`not one answer to ${JSON.stringify(frame)}`);
    const error = ack.code === CODE_OK ? undefined : errorNameOf(ack.code);
    const isRight = error === undefined ? errors.length === 0 : errors.includes(error);
    if (!isRight) throw new Error(`${by} asked ${JSON.stringify(frame)}: ${error}, not ${errors.join(" or ") || "ok"}`);
    return ack.data;
  }

  /** Everything arrives, and devices that connected are live. */
  rest(): void {
    do this.world.quiesce();
    while (this.devices.filter((one) => one.pump()).length > 0);
  }

  #step(one: Operation): void {
    if (one.do === "pass") this.#pass(one.seconds);
    else if ("room" in one) this.#disturb(one.do, one.room);
    else if ("device" in one) this.#reconnect(one.user * 2 + one.device);
    else if ("session" in one || one.do === "readAll") this.#messages.step(one);
    else this.#groups.step(one);
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
