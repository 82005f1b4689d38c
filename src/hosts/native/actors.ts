import { addressOf, type RoomKindName, type RoomName } from "../../kernel/room-name.ts";
import { Actor, type ActorPorts } from "./actor.ts";
import type { NativeConnection } from "./connection.ts";

/** An instance that had no event for this long is dropped. */
const IDLE_AFTER_MS = 30_000;

/** The rooms of this process that have an instance or sockets. */
export class Actors {
  readonly #ports: ActorPorts;
  readonly #actors = new Map<RoomName, Actor>();

  constructor(ports: ActorPorts) {
    this.#ports = ports;
  }

  countByKind(): Map<RoomKindName, number> {
    const counts = new Map<RoomKindName, number>();
    for (const name of this.#actors.keys()) {
      const { kind } = addressOf(name);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  of(name: RoomName): Actor {
    let actor = this.#actors.get(name);
    if (actor === undefined) {
      actor = new Actor(name, this.#ports);
      this.#actors.set(name, actor);
    }
    return actor;
  }

  detach(connection: NativeConnection): void {
    this.#actors.get(connection.room)?.detach(connection);
  }

  connections(): NativeConnection[] {
    return [...this.#actors.values()].flatMap((actor) => actor.connections);
  }

  evictIdle(): void {
    const idleSinceMs = Date.now() - IDLE_AFTER_MS;
    for (const [name, actor] of this.#actors) {
      if (!actor.isIdleSince(idleSinceMs)) continue;
      actor.evict();
      if (actor.connections.length === 0) this.#actors.delete(name);
    }
  }
}
