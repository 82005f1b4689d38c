import { hookRoom } from "../../src/kernel/room-name.ts";
import { endpointIdOf } from "../../src/protocol/endpoint-id.ts";
import type { HookCall, WebhookEvent } from "../../src/protocol/rpc/hook-call.ts";
import type { PostCall, PostResult } from "../../src/protocol/rpc/hook-service-call.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { WebhookDeliveries } from "../../src/protocol/webhook.ts";
import { app, pack } from "./names.ts";
import { World } from "./world.ts";

export const endpointId = endpointIdOf(app, pack("hooks"));
export const room = hookRoom(app, endpointId);

export const answered = (status: number, retryAfterMs?: number): PostResult => ({
  kind: "answered",
  status,
  tookMs: 5,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** A webhook endpoint in a simulated world, and its receiver. */
export class SimEndpoint {
  readonly world: World;
  /** What the receiver took, by lane: the position of each event that it answered with 2xx. */
  readonly taken: { readonly lane: string; readonly position: number; readonly id: string }[] = [];
  /** Every post that reached it. */
  readonly posts: PostCall[] = [];
  /** Why it was disabled, as whoever runs the deployment hears it. */
  readonly reported: string[] = [];
  answer: (event: { lane: string; position: number }) => PostResult = () => answered(204);

  constructor(world: World = new World()) {
    this.world = world;
    world.hook = (call) => {
      if (call.type === "post") return this.#receive(call);
      if (call.type === "disabled") this.reported.push(call.why);
      return { ok: true, value: null };
    };
  }

  ask(call: HookCall): unknown {
    return unwrap(this.world.call(room, call));
  }

  create(secret = "whsec_one"): void {
    this.ask({ type: "hook.create", settings: { url: "https://hooks.example/parley", events: ["message"] }, secret });
  }

  put(lane: string, ...positions: number[]): void {
    this.ask({ type: "hook.put", events: positions.map((position) => eventOf(lane, position)) });
  }

  deliveries(limit = 100, before?: number): WebhookDeliveries {
    return this.ask({ type: "hook.deliveries", limit, before }) as WebhookDeliveries; // SAFETY: what it answers with
  }

  /** Positions that the receiver took from a lane. */
  takenOf(lane: string): number[] {
    return this.taken.flatMap((one) => (one.lane === lane ? one.position : []));
  }

  /** Lanes of the posts under way. */
  underWay(): string[] {
    return this.world.flights.flatMap(
      (flight) => (flight.kind === "request" && flight.to === "@hook" ? laneOf(flight.call as PostCall).lane : []), // SAFETY: only posts go there
    );
  }

  /** Time passes until the room's alarm rings. */
  ring(): void {
    const atMs = this.world.alarms.get(room);
    if (atMs === undefined) throw new Error("the endpoint has no alarm");
    this.world.nowMs = Math.max(this.world.nowMs, atMs);
    this.world.ring(room);
  }

  /** Everything arrives and time passes, for so long or until nothing is left to do for a day. */
  run(forMs = Number.POSITIVE_INFINITY): void {
    const endMs = this.world.nowMs + forMs;
    this.world.drain();
    for (let atMs = this.#dueMs(); atMs !== undefined && atMs <= endMs; atMs = this.#dueMs()) {
      this.ring();
      this.world.drain();
    }
  }

  #dueMs(): number | undefined {
    const atMs = this.world.alarms.get(room);
    return atMs === undefined || atMs > this.world.nowMs + 86_400_000 ? undefined : atMs;
  }

  #receive(call: PostCall) {
    this.posts.push(call);
    const event = laneOf(call);
    const result = this.answer(event);
    if (result.kind === "answered" && result.status < 300) this.taken.push({ ...event, id: call.id });
    return { ok: true, value: result } as const;
  }
}

export function eventOf(lane: string, position: number): WebhookEvent {
  return { lane, position, type: "message.sent", timestamp: 1_700_000_000_000, data: { lane, position } };
}

function laneOf(call: PostCall): { lane: string; position: number } {
  const { data } = JSON.parse(call.body) as { data: { lane: string; position: number } }; // SAFETY: eventOf made it
  return data;
}
