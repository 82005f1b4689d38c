import type { Relation } from "../../src/protocol/frames/friend.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import type { ResultOf } from "../../src/protocol/results.ts";
import type { FrameOf, UpFrame, UpType } from "../../src/protocol/up.ts";
import { dataOf, freshPack } from "./mailboxes.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { World } from "./world.ts";

type Body<T extends UpType> = Omit<FrameOf<T>, "type" | "packId">;

/** Makes a request and returns its packId; the answer may still be under way. */
export function ask<T extends UpType>(world: World, device: SimConnection, type: T, body: Body<T>): string {
  const packId = freshPack();
  world.send(device, { ...body, type, packId } as unknown as UpFrame); // SAFETY: `body` has the fields of this type
  return packId;
}

/** The name of the code that a request was answered with: 0, an error's code, or `undefined` while it is owed. */
export function codeOf(device: SimConnection, packId: string): number | undefined {
  const acks = device.acks(packId);
  if (acks.length > 1) throw new Error(`answered twice: ${JSON.stringify(acks)}`);
  return acks[0]?.code;
}

/** Makes a request, lets everything arrive, and returns its result. */
export function tell<T extends UpType>(world: World, device: SimConnection, type: T, body: Body<T>): ResultOf<T> {
  const packId = ask(world, device, type, body);
  world.drain();
  return dataOf<ResultOf<T>>(device, packId);
}

/** The same for a request that is refused. */
export function refusedCode<T extends UpType>(world: World, device: SimConnection, type: T, body: Body<T>) {
  const packId = ask(world, device, type, body);
  world.drain();
  return codeOf(device, packId);
}

export function relations(world: World, device: SimConnection): Relation[] {
  return tell(world, device, "friend.sync", { since: 0 }).relations;
}

export function stateWith(world: World, device: SimConnection, userId: UserId): string {
  return relations(world, device).find((one) => one.userId === userId)?.state ?? "none";
}

/** Lets time pass until whatever is retried has had its chance. */
export function rest(world: World): void {
  for (let round = 0; round < 4; round += 1) {
    world.drain();
    world.nowMs += 61_000;
    world.ringDue();
  }
  world.drain();
}
