import type { RoomCall } from "../../src/kernel/effects.ts";
import { mailboxRoom, type RoomName } from "../../src/kernel/room-name.ts";
import { AppId, UserId } from "../../src/protocol/ids.ts";
import type { PushProviderName } from "../../src/protocol/push-provider-name.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import type { PushDevice, PushMessage, PushResult, PushTaken } from "../../src/protocol/rpc/push-call.ts";
import type { PushJob } from "../../src/protocol/rpc/queue-job.ts";
import type { Delivery, Verdict } from "../../src/queues/consumer.ts";
import { Dispatcher } from "../../src/queues/push/dispatch/dispatcher.ts";
import { Lane } from "../../src/queues/push/dispatch/lane.ts";
import type { DispatchPorts } from "../../src/queues/push/dispatch/ports.ts";
import type { Way } from "../../src/queues/push/dispatch/requests.ts";
import type { PushBatch, PushOutcome, PushProvider, PushWithdrawal } from "../../src/queues/push/provider.ts";
import { aMessage, aTarget } from "./push.ts";

const app = AppId.parse("main");
const UNAVAILABLE: Outcome = { ok: false, error: "UNAVAILABLE", message: "" };

export function aDevice(provider: PushProviderName, tokenId: string, changes: Partial<PushDevice> = {}): PushDevice {
  return { ...aTarget({ tokenId, address: { kind: "token", token: tokenId } }), provider, ...changes };
}

export function aJob(user: string, attempts = 1): Delivery<PushJob> {
  const userId = UserId.parse(user);
  return { job: { app, userId, pushId: `main/${userId}/1` }, attempts };
}

/** Mailboxes that have what they are given, keep what they are told, and can be out of reach for so many calls. */
export class FakeMailboxes {
  readonly settled = new Map<RoomName, PushResult[]>();
  readonly #taken = new Map<RoomName, PushTaken>();
  #lost: { readonly type: string; left: number } | undefined;

  has(user: string, taken: PushTaken): this {
    this.#taken.set(mailboxRoom(app, UserId.parse(user)), taken);
    return this;
  }

  /** A message to devices, still to be sent in an hour of the test's clock. */
  hasPush(user: string, targets: readonly PushDevice[], changes: Partial<PushMessage> = {}): this {
    const message = aMessage({ id: `main/${user}/1`, ...changes });
    return this.has(user, { kind: "send", parts: [{ message, targets }], expiresAtMs: EXPIRES_AT_MS });
  }

  loses(type: "push.take" | "push.settle", times: number): void {
    this.#lost = { type, left: times };
  }

  async call(room: RoomName, call: RoomCall): Promise<Outcome> {
    if (this.#lost?.type === call.type && this.#lost.left > 0) {
      this.#lost.left -= 1;
      return UNAVAILABLE;
    }
    if (call.type === "push.take") return { ok: true, value: this.#taken.get(room) ?? { kind: "nothing" } };
    if (call.type !== "push.settle") throw new Error(`nobody asked for ${call.type}`);
    this.settled.set(room, [...(this.settled.get(room) ?? []), ...call.results]);
    return { ok: true, value: { left: 0 } };
  }

  /** What a user's mailbox was told, by token. */
  outcomesOf(user: string): Readonly<Record<string, PushOutcome>> {
    const results = this.settled.get(mailboxRoom(app, UserId.parse(user))) ?? [];
    return Object.fromEntries(results.map(({ tokenId, outcome }) => [tokenId, outcome]));
  }
}

export const NOW_MS = 1_700_000_000_000;
export const EXPIRES_AT_MS = NOW_MS + 3_600_000;

/** Ports of a dispatcher: a clock that the test moves, sleep that moves it, and what was counted and complained of. */
export class FakePorts implements DispatchPorts {
  nowMs = NOW_MS;
  readonly counts: Record<string, number> = {};
  readonly faults: string[] = [];
  readonly slept: number[] = [];
  readonly #mailboxes: FakeMailboxes;
  readonly clock = { nowMs: () => this.nowMs };

  constructor(mailboxes: FakeMailboxes) {
    this.#mailboxes = mailboxes;
  }

  random = (): number => 0;
  call = (room: RoomName, call: RoomCall): Promise<Outcome> => this.#mailboxes.call(room, call);

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.nowMs += ms;
  }

  count(provider: PushProviderName, outcome: string): void {
    const name = `${provider} ${outcome}`;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  onFault(fault: unknown): void {
    this.faults.push(String(fault));
  }
}

/** Answers as it is told, by token; otherwise everything is sent. */
export class FakeProvider implements PushProvider {
  readonly name: PushProviderName;
  readonly maxBatch: number;
  readonly batches: PushBatch[] = [];
  readonly withdrawals: PushWithdrawal[] = [];
  /** The outcomes of the next requests for a token; the last one stays. */
  readonly script = new Map<string, PushOutcome[]>();
  fault: Error | undefined;
  readonly withdraw?: (withdrawal: PushWithdrawal) => Promise<readonly PushOutcome[]>;
  /** Held back until the test lets go. */
  gate: Promise<void> = Promise.resolve();
  busy = 0;
  mostBusy = 0;

  constructor(name: PushProviderName, { maxBatch = 1, withdraws = true } = {}) {
    this.name = name;
    this.maxBatch = maxBatch;
    if (!withdraws) return;
    this.withdraw = async (withdrawal) => {
      this.withdrawals.push(withdrawal);
      return withdrawal.targets.map(({ target }) => this.#outcomeFor(target.tokenId));
    };
  }

  async send(batch: PushBatch): Promise<readonly PushOutcome[]> {
    this.batches.push(batch);
    this.busy += 1;
    this.mostBusy = Math.max(this.busy, this.mostBusy);
    await this.gate;
    this.busy -= 1;
    if (this.fault !== undefined) throw this.fault;
    return batch.targets.map(({ tokenId }) => this.#outcomeFor(tokenId));
  }

  #outcomeFor(tokenId: string): PushOutcome {
    const script = this.script.get(tokenId) ?? [];
    return (script.length > 1 ? script.shift() : script[0]) ?? { kind: "sent", providerMessageId: `id-${tokenId}` };
  }
}

/** A dispatcher between fake mailboxes and two fake providers, with a lane each for the package of the test's devices. */
export class DispatchBench {
  readonly mailboxes = new FakeMailboxes();
  readonly ports = new FakePorts(this.mailboxes);
  readonly fcm = new FakeProvider("fcm");
  /** It takes batches, and takes nothing back. */
  readonly huawei = new FakeProvider("huawei", { maxBatch: 3, withdraws: false });
  isAppKnown = true;
  readonly #dispatcher: Dispatcher;

  constructor({ perSecond, concurrency = 2, hasReceipts = false }: BenchOptions = {}) {
    const wayOf = (provider: FakeProvider) => {
      const lane = new Lane({ name: provider.name, provider, perSecond }, this.ports);
      return { name: provider.name, lane, maxBatch: provider.maxBatch, hasReceipts };
    };
    const ways = new Map<PushProviderName, Way>([this.fcm, this.huawei].map((one) => [one.name, wayOf(one)]));
    const wayTo = ({ provider, packageName }: PushDevice) =>
      packageName === aTarget().packageName ? ways.get(provider) : undefined;
    this.#dispatcher = new Dispatcher(
      {
        waysOf: async () => (this.isAppKnown ? wayTo : Promise.reject(new Error("unknown app"))),
        concurrencyOf: () => concurrency,
      },
      this.ports,
    );
  }

  consume(...batch: readonly Delivery<PushJob>[]): Promise<readonly Verdict[]> {
    return this.#dispatcher.consume(batch);
  }

  async verdict(user = "bob", attempts = 1): Promise<Verdict | undefined> {
    return (await this.consume(aJob(user, attempts)))[0];
  }
}

export interface BenchOptions {
  readonly perSecond?: number;
  readonly concurrency?: number;
  readonly hasReceipts?: boolean;
}
