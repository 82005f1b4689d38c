import type { UserId } from "../../src/protocol/ids.ts";
import { mailboxOf, online } from "./mailboxes.ts";
import { alice, bob, carol } from "./names.ts";
import { rest, tell } from "./relations.ts";
import type { SimConnection } from "./sim-connection.ts";
import { World } from "./world.ts";

/** How long somebody has to be away to be away. */
export const GRACE_MS = 10_000;
export const SWEEP_MS = 300_000;

/** A world in which Alice is a friend of Bob and of Carol, and at a browser. */
export class Friends {
  readonly world = new World({ policy: { friendship: "direct" } });
  readonly a = online(this.world, alice);

  constructor() {
    for (const userId of [bob, carol]) tell(this.world, this.a, "friend.add", { userId });
    rest(this.world);
  }

  /** Subscribes, and says how the users are. */
  follow(device: SimConnection, ...userIds: UserId[]): string[] {
    return tell(this.world, device, "presence.subscribe", { userIds }).presences.map(wordOf);
  }

  pass(ms: number): void {
    this.world.nowMs += ms;
    this.world.ringDue();
    this.world.drain();
  }

  /** The user is online for a moment. */
  visit(userId: UserId): void {
    this.world.disconnect(online(this.world, userId));
    this.world.drain();
  }

  /** News under way to a user's mailbox. */
  news(userId: UserId) {
    return this.world.requestsTo(mailboxOf(userId)).filter((call) => call.type === "presence");
  }

  /** Lets the first call of the kind arrive, and nothing else. */
  landFirst(type: "presence" | "follow"): void {
    this.world.land(this.world.flights.findIndex((one) => one.kind === "request" && one.call.type === type));
  }

  rowsOf(act: () => void): number {
    const before = this.world.storage.rowsWritten;
    act();
    return this.world.storage.rowsWritten - before;
  }
}

/** What the device was told since the last time. */
export function told(device: SimConnection): string[] {
  return device.frames.splice(0).flatMap((one) => (one.type === "presence" ? wordOf(one) : []));
}

function wordOf({ userId, online: isOnline }: { userId: UserId; online: boolean }): string {
  return `${userId} ${isOnline ? "on" : "off"}`;
}
