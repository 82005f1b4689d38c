import type { Effect, Effects } from "../../kernel/effects.ts";
import { AppPolicy, type RoomPolicy } from "../../kernel/policy.ts";
import type { Clock, Random, RoomPorts } from "../../kernel/ports.ts";
import type { Room, RoomEvent } from "../../kernel/room.ts";
import { addressOf, type RoomName } from "../../kernel/room-name.ts";
import { type OnFault, type Ran, RoomRunner } from "../../kernel/room-runner.ts";
import { makeRoom } from "../room-kinds.ts";
import type { NativeConnection } from "./connection.ts";
import type { TurnDatabase } from "./database.ts";
import type { KnownApps } from "./known-apps.ts";

export interface ActorPorts {
  readonly db: TurnDatabase;
  readonly clock: Clock;
  readonly policy: RoomPolicy;
  readonly apps: KnownApps;
  readonly random: Random;
  readonly onFault: OnFault;
}

/** One room on this host: its open sockets, and while it is in use its instance. */
export class Actor {
  readonly name: RoomName;
  readonly #ports: ActorPorts;
  #connections: readonly NativeConnection[] = [];
  #runner: RoomRunner | undefined;
  #usedAtMs = 0;

  constructor(name: RoomName, ports: ActorPorts) {
    this.name = name;
    this.#ports = ports;
  }

  run(event: RoomEvent): Ran {
    this.#usedAtMs = this.#ports.clock.nowMs();
    this.#runner ??= new RoomRunner((effects) => this.#make(effects), this.#ports.db, this.#ports.onFault);
    return this.#runner.run(event);
  }

  get connections(): readonly NativeConnection[] {
    return this.#connections;
  }

  attach(connection: NativeConnection): void {
    this.#connections = [...this.#connections, connection];
  }

  detach(connection: NativeConnection): void {
    this.#connections = this.#connections.filter((one) => one !== connection);
  }

  /** Drops the instance; the sockets stay. Returns the answers that it owed. */
  evict(): readonly Effect[] {
    const owed = this.#runner?.drop() ?? [];
    this.#runner = undefined;
    return owed;
  }

  isIdleSince(ms: number): boolean {
    return this.#usedAtMs < ms;
  }

  #make(effects: Effects): Room {
    const { db, clock, policy, random, apps } = this.#ports;
    const address = addressOf(this.name);
    const settings = () => apps.settingsOf(address.app);
    const ports: RoomPorts = {
      sql: db.forRoom(this.name),
      clock,
      random,
      policy: new AppPolicy(policy, settings),
      settings,
      connections: () => this.#connections,
    };
    return makeRoom(address, ports, effects);
  }
}
