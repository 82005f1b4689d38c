import { makeRoom } from "../../src/hosts/room-kinds.ts";
import type { Effects } from "../../src/kernel/effects.ts";
import { AppPolicy, type RoomPolicy } from "../../src/kernel/policy.ts";
import type { Clock, Random } from "../../src/kernel/ports.ts";
import { addressOf, appRoom, type RoomName } from "../../src/kernel/room-name.ts";
import { RoomRunner } from "../../src/kernel/room-runner.ts";
import { AppStore } from "../../src/rooms/app/app-store.ts";
import { ListingStore } from "../../src/rooms/mailbox/listing-store.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { SimStorage } from "./sim-storage.ts";

/** A room's memory: gone after a crash. */
export interface Place {
  readonly runner: RoomRunner;
  connections: SimConnection[];
}

interface PlacePorts {
  readonly storage: SimStorage;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RoomPolicy;
  /** The directory does not know yet who somebody is that does something. */
  readonly newUsers: boolean;
  readonly onFault: (fault: unknown) => void;
}

/** The rooms that are in memory, made when they are first needed. */
export class Places {
  readonly #ports: PlacePorts;
  readonly #places = new Map<RoomName, Place>();

  constructor(ports: PlacePorts) {
    this.#ports = ports;
  }

  get rooms(): RoomName[] {
    return [...this.#places.keys()];
  }

  find(room: RoomName): Place | undefined {
    return this.#places.get(room);
  }

  of(room: RoomName): Place {
    let place = this.#places.get(room);
    if (place === undefined) {
      place = { runner: this.#runnerOf(room), connections: [] };
      if (addressOf(room).kind === "mailbox" && !this.#ports.newUsers) this.#list(room);
      this.#places.set(room, place);
    }
    return place;
  }

  forget(room: RoomName): void {
    this.#places.delete(room);
  }

  detach(connection: SimConnection): void {
    const place = this.#places.get(connection.room);
    if (place !== undefined) place.connections = place.connections.filter((one) => one !== connection);
  }

  #runnerOf(room: RoomName): RoomRunner {
    const { storage, clock, random, policy, onFault } = this.#ports;
    const make = (effects: Effects) => {
      const address = addressOf(room);
      const apps = new AppStore(storage.forRoom(appRoom(address.app)));
      const settings = () => apps.settings();
      const sql = storage.forRoom(room);
      const connections = () => this.of(room).connections;
      const ports = { sql, clock, random, connections, policy: new AppPolicy(policy, settings), settings };
      return makeRoom(address, ports, effects);
    };
    return new RoomRunner(make, storage, onFault);
  }

  #list(room: RoomName): void {
    const { storage } = this.#ports;
    const { rowsWritten, isFull } = storage;
    storage.isFull = false;
    new ListingStore(storage.forRoom(room)).put({ isListed: true, erasedAtMs: 0 });
    Object.assign(storage, { rowsWritten, isFull });
  }
}
