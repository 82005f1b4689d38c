import type { PushRegistration, PushSettings } from "../../src/protocol/frames/push.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import type {
  PushLogPage,
  PushMessage,
  PushOutcome,
  PushRecord,
  PushSettled,
  PushTaken,
} from "../../src/protocol/rpc/push-call.ts";
import type { PushJob } from "../../src/protocol/rpc/queue-job.ts";
import type { UpFrame } from "../../src/protocol/up.ts";
import { dataOf, freshPack, mailboxOf } from "./mailboxes.ts";
import { bob } from "./names.ts";
import { World } from "./world.ts";

export const PHONE: PushRegistration = { provider: "fcm", token: "phone-of-bob", packageName: "org.example.chat" };

/** Bob, whose phone is registered and who is nowhere online; the dispatcher is the test. */
export class PushStage {
  readonly world: World;

  constructor(world = new World()) {
    this.world = world;
    this.register(PHONE);
    this.world.drain();
  }

  /** Asks as a device of bob that is connected for just that. */
  ask<T>(frame: DistributiveOmit<UpFrame, "packId">, userId: UserId = bob, deviceId = `${userId}-phone`): T {
    const packId = freshPack();
    const connection = this.world.connect(userId, { deviceType: "linux", deviceId });
    this.world.send(connection, { ...frame, packId } as UpFrame); // SAFETY: a frame without its packId, and one
    this.world.drain();
    const data = dataOf<T>(connection, packId);
    this.world.disconnect(connection);
    return data;
  }

  register(registration: PushRegistration, userId: UserId = bob, deviceId = `${userId}-phone`): { tokenId: string } {
    return this.ask({ type: "device.push", registration }, userId, deviceId);
  }

  set(settings: PushSettings): void {
    this.ask({ type: "push.settings", settings });
  }

  tokensOf(userId: UserId): string[] {
    const { tokens } = this.ask<{ tokens: { tokenId: string }[] }>({ type: "push.list" }, userId);
    return tokens.map(({ tokenId }) => tokenId);
  }

  /** What alice says to bob is delivered. */
  say(send: () => unknown): void {
    send();
    this.world.drain();
  }

  /** The jobs that came since the last time. */
  jobs(): PushJob[] {
    return this.world.jobsOf("push").splice(0) as PushJob[]; // SAFETY: of this queue
  }

  /** The only job that came. */
  job(): string {
    const jobs = this.jobs();
    const [job] = jobs;
    if (jobs.length !== 1 || job === undefined) throw new Error(`not one job: ${JSON.stringify(jobs)}`);
    return job.pushId;
  }

  take(pushId: string): PushTaken {
    return unwrap(this.world.call(mailboxOf(bob), { type: "push.take", pushId })) as PushTaken; // SAFETY: what it answers with
  }

  /** The message for the one language that is needed. */
  message(pushId: string): PushMessage {
    const taken = this.take(pushId);
    const [part, ...others] = taken.kind === "send" ? taken.parts : [];
    if (part === undefined || others.length > 0) throw new Error(`not one part: ${JSON.stringify(taken)}`);
    return part.message;
  }

  /** The ids of the tokens that a push is for. */
  targets(pushId: string): string[] {
    const taken = this.take(pushId);
    if (taken.kind === "withdraw") return taken.withdrawal.targets.map(({ target }) => target.tokenId);
    return taken.kind === "send" ? taken.parts.flatMap(({ targets }) => targets.map(({ tokenId }) => tokenId)) : [];
  }

  /** The same outcome at all devices that it is for. */
  settle(pushId: string, outcome: PushOutcome = { kind: "sent", providerMessageId: "m-1" }): PushSettled {
    return this.settleEach(pushId, Object.fromEntries(this.targets(pushId).map((tokenId) => [tokenId, outcome])));
  }

  settleEach(pushId: string, outcomes: Readonly<Record<string, PushOutcome>>): PushSettled {
    const results = Object.entries(outcomes).map(([tokenId, outcome]) => ({ tokenId, outcome }));
    return unwrap(this.world.call(mailboxOf(bob), { type: "push.settle", pushId, results })) as PushSettled; // SAFETY: what it answers with
  }

  log(before?: number, limit?: number): PushLogPage {
    return unwrap(this.world.call(mailboxOf(bob), { type: "push.log", before, limit })) as PushLogPage; // SAFETY: what it answers with
  }

  events(): PushRecord["event"][] {
    return this.log().records.map(({ event }) => event);
  }

  /** What a table has of bob. */
  rows(table: "pushes" | "push_tokens" | "push_log" | "push_names"): number {
    const sql = this.world.storage.forRoom(mailboxOf(bob));
    return Number(sql.prepare(`SELECT count(*) AS n FROM ${table} WHERE room = ?`).get(sql.room)?.n);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
