import type { Errands } from "../../kernel/errands.ts";
import type { Clock } from "../../kernel/ports.ts";
import { hookRoom } from "../../kernel/room-name.ts";
import type { HotSession } from "../../protocol/entry.ts";
import type { AppId, EndpointId, UserId } from "../../protocol/ids.ts";
import type { AppSettings, WebhookSubscription } from "../../protocol/rpc/app-settings.ts";
import type { WebhookEvent } from "../../protocol/rpc/hook-call.ts";
import type { WebhookFamily } from "../../protocol/webhook.ts";
import type { WebhookStore } from "./webhook-store.ts";

interface WebhookPorts {
  readonly app: AppId;
  readonly me: UserId;
  readonly settings: () => AppSettings;
  readonly store: WebhookStore;
  readonly courier: Errands;
  readonly clock: Clock;
}

type Subscriptions = AppSettings["webhooks"];
type Subscription = [EndpointId, WebhookSubscription];
type Bots = ReadonlyMap<UserId | undefined, readonly Subscription[]>;

const NONE: readonly Subscription[] = [];
/** Asked with every delivery, and the same until the app's settings are others. */
const bots = new WeakMap<Subscriptions, Bots>();

/** Tells the app's endpoints what happens to the user. Where nobody wants to know, it writes nothing. */
export class Webhooks {
  readonly #ports: WebhookPorts;

  constructor(ports: WebhookPorts) {
    this.#ports = ports;
    ports.courier.on("webhook", { answered: () => undefined });
  }

  wants(family: WebhookFamily): boolean {
    return this.#wanting(family).length > 0;
  }

  /** `type` begins with the family. Events of the user arrive in order. */
  tell(family: WebhookFamily, { type, data }: { type: `${WebhookFamily}.${string}`; data: object }): void {
    const endpoints = this.#wanting(family);
    if (endpoints.length === 0) return;
    const { me, store, clock } = this.#ports;
    const position = store.nextPosition();
    const event: WebhookEvent = {
      lane: `user/${me}`,
      position,
      type,
      timestamp: clock.nowMs(),
      data: { userId: me, ...data },
    };
    for (const endpointId of endpoints) this.put(endpointId, [event]);
  }

  /** The user's read cursor moved. */
  read({ sessionId, readSeqId }: Pick<HotSession, "sessionId" | "readSeqId">): void {
    this.tell("read", { type: "read.moved", data: { sessionId, readSeqId } });
  }

  /** The courier brings them, in order and until they are stored there. */
  put(endpointId: EndpointId, events: readonly WebhookEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const { app, courier } = this.#ports;
    const key = `${first.lane} ${first.position}`;
    courier.post({ to: hookRoom(app, endpointId), kind: "webhook", key, call: { type: "hook.put", events } });
  }

  /** Whether the last that was told of the user's presence is that they are online. */
  get isToldOnline(): boolean {
    return this.#ports.store.isToldOnline();
  }

  presence(isOnline: boolean, lastSeenAt: number): void {
    this.tell("presence", { type: isOnline ? "presence.online" : "presence.offline", data: { lastSeenAt } });
    this.#ports.store.putOnline(isOnline);
  }

  /** The endpoints of this user as a bot. */
  ofBot(): readonly Subscription[] {
    return botsIn(this.#ports.settings().webhooks).get(this.#ports.me) ?? NONE;
  }

  #wanting(family: WebhookFamily): EndpointId[] {
    return subscriptionsIn(this.#ports.settings().webhooks).flatMap(([endpointId, { bot, events }]) => {
      const isMeant = bot === undefined || bot === this.#ports.me;
      return isMeant && events.includes(family) ? endpointId : [];
    });
  }
}

function subscriptionsIn(all: Subscriptions): Subscription[] {
  return Object.entries(all) as Subscription[]; // SAFETY: its keys are ids of endpoints
}

function botsIn(all: Subscriptions): Bots {
  let known = bots.get(all);
  if (known === undefined) {
    known = Map.groupBy(subscriptionsIn(all), ([, { bot }]) => bot);
    bots.set(all, known);
  }
  return known;
}
