import type { DeviceType, UserId } from "../protocol/ids.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import type { Scoped } from "../protocol/scope.ts";
import type { RoomPolicy } from "./policy.ts";

/** Wall clock in ms since 1970, standing still within a turn. It may jump; rooms never let it move their timestamps back. */
export interface Clock {
  nowMs(): number;
}

/** In [0, 1), for jitter only. */
export type Random = () => number;

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  run(...values: SqlValue[]): void;
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

/**
 * A room's storage: synchronous SQLite, inside the transaction that the host holds open.
 * Integers must stay within 2^53; every integer column is declared INTEGER, because numbers bind as REAL.
 */
export interface RoomSql {
  /** Value of the `room` column: the room's name where rooms share a file, a constant where they do not. */
  readonly room: string;
  /** Statements are cached by their text, which must therefore be constant. */
  prepare(sql: string): Statement;
}

/** What a connection is. It survives hibernation, so it holds all that a fresh room instance needs. */
export interface ConnectionState extends Scoped {
  /** `visiting`: a single request that came over HTTP; it is not among the room's connections. */
  readonly phase: "syncing" | "live" | "visiting";
  readonly userId: UserId;
  readonly deviceId: string;
  readonly deviceType: DeviceType;
  /** Of the token that it was opened with. */
  readonly tokenId: string;
  /** When the token was made, and when it runs out, in ms since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The app is open, and nobody looks at it. */
  readonly background?: true;
  /** A visit whose packId is the caller's key: the answer is kept, and given again. */
  readonly keyed?: true;
}

/** One open socket of a mailbox. The object is the same for the life of a room instance. */
export interface Connection {
  readonly state: ConnectionState;
  save(state: ConnectionState): void;
  /** When anything, a ping included, was last heard. */
  lastSeenMs(): number;
}

/** Open connections of this room; one that was told to close is no longer among them. */
export type Connections = () => readonly Connection[];

export interface RoomPorts {
  readonly sql: RoomSql;
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: Connections;
  /** Of the deployment, with what the app has decided over it. Read when it is needed: it may be another later. */
  readonly policy: RoomPolicy;
  /**
   * What the app of the room has set. Natively as it is in this turn; on Workers it may be 60 s old. Costs nothing, so it is read
   * each time that it is needed, and not remembered.
   */
  settings(): AppSettings;
}
