import { DurableObject } from "cloudflare:workers";
import type { RoomCall } from "../../kernel/effects.ts";
import type { RoomKindName } from "../../kernel/room-name.ts";
import type { TraceContext } from "../../kernel/trace.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Bindings } from "./bindings.ts";
import { ObjectRoom } from "./object-room.ts";

/** The Durable Object of a room that has no sockets. */
export abstract class QuietObject extends DurableObject<Bindings> {
  readonly #room: ObjectRoom;

  constructor(parts: { ctx: DurableObjectState; bindings: Bindings }, kind: RoomKindName) {
    super(parts.ctx, parts.bindings);
    this.#room = new ObjectRoom(parts, kind, () => []);
  }

  call(call: RoomCall, trace?: TraceContext): Outcome | Promise<Outcome> {
    return this.#room.pass([{ type: "call", call }], trace);
  }

  override alarm(): Promise<void> {
    return this.#room.alarm();
  }
}
