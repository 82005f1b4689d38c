import type { Effects } from "../kernel/effects.ts";
import type { RoomMigrations } from "../kernel/migrations.ts";
import type { RoomPorts } from "../kernel/ports.ts";
import type { Room } from "../kernel/room.ts";
import type { AddressOf, RoomAddress, RoomKindName } from "../kernel/room-name.ts";
import { AppRoom } from "../rooms/app/app-room.ts";
import { appMigrations } from "../rooms/app/schema.ts";
import { DirectoryRoom } from "../rooms/directory/directory-room.ts";
import { directoryMigrations } from "../rooms/directory/schema.ts";
import { HookRoom } from "../rooms/hook/hook-room.ts";
import { hookMigrations } from "../rooms/hook/schema.ts";
import { JobRoom } from "../rooms/job/job-room.ts";
import { jobMigrations } from "../rooms/job/schema.ts";
import { LettersRoom } from "../rooms/letters/letters-room.ts";
import { lettersMigrations } from "../rooms/letters/schema.ts";
import { MailboxRoom } from "../rooms/mailbox/mailbox-room.ts";
import { mailboxMigrations } from "../rooms/mailbox/schema.ts";
import { PushTokenRoom } from "../rooms/push-token/push-token-room.ts";
import { pushTokenMigrations } from "../rooms/push-token/schema.ts";
import { sessionMigrations } from "../rooms/session/schema.ts";
import { SessionRoom } from "../rooms/session/session-room.ts";

interface RoomKind<Address> {
  readonly migrations: RoomMigrations;
  make(address: Address, ports: RoomPorts, effects: Effects): Room;
}

/** Every kind of room, for all hosts. */
const KINDS: { readonly [Kind in RoomKindName]: RoomKind<AddressOf<Kind>> } = {
  session: { migrations: sessionMigrations, make: (...parts) => new SessionRoom(...parts) },
  mailbox: { migrations: mailboxMigrations, make: (...parts) => new MailboxRoom(...parts) },
  job: { migrations: jobMigrations, make: (...parts) => new JobRoom(...parts) },
  hook: { migrations: hookMigrations, make: (...parts) => new HookRoom(...parts) },
  letters: { migrations: lettersMigrations, make: (...parts) => new LettersRoom(...parts) },
  app: { migrations: appMigrations, make: (...parts) => new AppRoom(...parts) },
  "push-token": { migrations: pushTokenMigrations, make: (...parts) => new PushTokenRoom(...parts) },
  directory: { migrations: directoryMigrations, make: (_, ports) => new DirectoryRoom(ports) },
};

/** The tables of rooms that share a database. */
export const ALL_MIGRATIONS: readonly RoomMigrations[] = Object.values(KINDS).map(({ migrations }) => migrations);

export function migrationsOf(kind: RoomKindName): RoomMigrations {
  return KINDS[kind].migrations;
}

export function makeRoom(address: RoomAddress, ports: RoomPorts, effects: Effects): Room {
  const kind = KINDS[address.kind] as RoomKind<RoomAddress>; // SAFETY: the kind under which an address is looked up takes it
  return kind.make(address, ports, effects);
}
