import { DurableObject } from "cloudflare:workers";
import type { RoomCall } from "../../kernel/effects.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { sessionMigrations } from "../../rooms/session/schema.ts";
import { SessionRoom } from "../../rooms/session/session-room.ts";
import type { Bindings } from "./bindings.ts";
import { ObjectRoom, type RoomKind } from "./object-room.ts";

const kind: RoomKind = {
  migrations: sessionMigrations,
  make(address, ports, effects) {
    if (address.kind !== "session") throw new Error("not the name of a session room");
    return new SessionRoom(address, ports, effects);
  },
};

/** The Durable Object of a session. */
export class SessionObject extends DurableObject<Bindings> {
  readonly #room: ObjectRoom;

  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings);
    this.#room = new ObjectRoom({ ctx, bindings }, kind, () => []);
  }

  call(call: RoomCall): Outcome {
    return this.#room.pass([{ type: "call", call }]);
  }

  override alarm(): void {
    this.#room.alarm();
  }
}
