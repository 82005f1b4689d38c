import type { AppId } from "../../../protocol/ids.ts";
import type { PushDevice, PushMessage, PushPart, PushWithdrawal } from "../../../protocol/rpc/push-call.ts";
import { digestName } from "../names.ts";
import type { PushOutcome, PushProvider } from "../provider.ts";
import type { Addressee } from "./attempt.ts";
import type { Errand } from "./errand.ts";
import type { Ask, Lane } from "./lane.ts";

export interface Asked extends Addressee {
  readonly errand: Errand;
}

/** What one call of a provider is for. */
export interface Request {
  readonly lane: Lane;
  readonly to: readonly Asked[];
  readonly ask: Ask;
}

/** How a device is reached. */
export interface Way {
  /** Of the provider and the credentials: whatever goes the same way may go together. */
  readonly name: string;
  readonly lane: Lane;
  readonly maxBatch: number;
  /** Receipts of the vendor tell whose push it was by its id: it cannot be one of many users. */
  readonly hasReceipts: boolean;
}

export type WayTo = (device: PushDevice) => Way | undefined;

export interface Plan {
  readonly requests: readonly Request[];
  /** Devices that nothing is set up for. */
  readonly unreachable: readonly Asked[];
}

/** With the message as this user's mailbox has it. */
interface Sent extends Asked {
  readonly message: PushMessage;
}

interface Group {
  readonly way: Way;
  readonly to: Sent[];
}

/** Puts what goes the same way with the same content into one request, whoever it is for. */
export function plan(errands: readonly Errand[], ways: ReadonlyMap<AppId, WayTo>): Plan {
  const groups = new Map<string, Group>();
  const requests: Request[] = [];
  const unreachable: Asked[] = [];
  for (const errand of errands) {
    const { work, delivery } = errand;
    const wayTo: WayTo = (device) => ways.get(delivery.job.app)?.(device);
    if (work.kind === "withdraw") withdrawing(errand, work.withdrawal, { wayTo, requests, unreachable });
    else for (const part of work.parts) join(groups, { errand, part }, { wayTo, unreachable });
  }
  for (const group of groups.values()) requests.push(...sending(group));
  return { requests, unreachable };
}

function join(
  groups: Map<string, Group>,
  { errand, part }: { readonly errand: Errand; readonly part: PushPart },
  { wayTo, unreachable }: { readonly wayTo: WayTo; readonly unreachable: Asked[] },
): void {
  const { message } = part;
  const { id, ttlSeconds: _ttl, ...content } = message;
  for (const target of part.targets) {
    const way = wayTo(target);
    if (way === undefined) {
      unreachable.push({ errand, target });
      continue;
    }
    const isShared = way.maxBatch > 1 && !way.hasReceipts;
    const key = JSON.stringify([way.name, isShared ? "" : id, content]);
    const group = groups.get(key);
    const sent = { errand, target, message };
    if (group === undefined) groups.set(key, { way, to: [sent] });
    else group.to.push(sent);
  }
}

function* sending({ way, to }: Group): Generator<Request> {
  for (let from = 0; from < to.length; from += way.maxBatch) {
    const some = to.slice(from, from + way.maxBatch);
    const message = sharedMessage(some);
    const ask: Ask = (provider, addressees) =>
      provider.send({ message, targets: addressees.map(({ target }) => target) });
    yield { lane: way.lane, to: some, ask };
  }
}

/**
 * Of several pushes with the same content, one message: with an id that follows from the content, so that a retry in other company
 * has the same, and with the shortest of their lives.
 */
function sharedMessage(to: readonly Sent[]): PushMessage {
  const [first, ...others] = to.map(({ message }) => message);
  if (first === undefined) throw new Error("a request to nobody");
  if (others.every(({ id }) => id === first.id)) return first;
  const { id: _, ttlSeconds: _ttl, ...content } = first;
  const ttlSeconds = Math.min(...to.map(({ message }) => message.ttlSeconds));
  return { ...first, id: digestName(JSON.stringify(content), 32), ttlSeconds };
}

const CANNOT: PushOutcome = { kind: "giveUp", reason: "cannot-withdraw" };

function withdrawing(
  errand: Errand,
  withdrawal: PushWithdrawal<PushDevice>,
  { wayTo, requests, unreachable }: { wayTo: WayTo; requests: Request[]; unreachable: Asked[] },
): void {
  const lanes = new Map<Lane, Asked[]>();
  for (const addressee of withdrawal.targets) {
    const lane = wayTo(addressee.target)?.lane;
    const asked = { ...addressee, errand };
    if (lane === undefined) unreachable.push(asked);
    else lanes.set(lane, [...(lanes.get(lane) ?? []), asked]);
  }
  const ask = async (provider: PushProvider, targets: readonly Addressee[]) =>
    (await provider.withdraw?.({ ...withdrawal, targets })) ?? targets.map(() => CANNOT);
  for (const [lane, to] of lanes) requests.push({ lane, to, ask });
}
