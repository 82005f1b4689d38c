import type { DownFrame } from "../protocol/down.ts";
import type { JobCall } from "../protocol/rpc/job-call.ts";
import type { MailboxCall } from "../protocol/rpc/mailbox-call.ts";
import type { SessionCall } from "../protocol/rpc/session-call.ts";
import type { Connection } from "./ports.ts";
import type { RoomName } from "./room-name.ts";

export type RoomCall = SessionCall | MailboxCall | JobCall;

/** Comes back with the reply. It must say all that the reply needs: the instance that called may be gone by then. */
export type CallTag = object;

/** What a room wants done. Nothing of it happens before the room's writes are on disk. */
export type Effect =
  | { readonly kind: "send"; readonly connections: readonly Connection[]; readonly frame: DownFrame }
  | { readonly kind: "close"; readonly connection: Connection; readonly code: number; readonly reason: string }
  | { readonly kind: "call"; readonly to: RoomName; readonly call: RoomCall; readonly tag: CallTag }
  /** The room's alarm fires at `atMs` or earlier; an earlier one that is already set stays. */
  | { readonly kind: "wake"; readonly atMs: number };

const NONE: readonly Effect[] = [];

/** Collects the effects of one event. */
export class Effects {
  #list: Effect[] = [];

  send(connections: readonly Connection[], frame: DownFrame): void {
    if (connections.length > 0) this.#list.push({ kind: "send", connections, frame });
  }

  close(connection: Connection, code: number, reason: string): void {
    this.#list.push({ kind: "close", connection, code, reason });
  }

  call(to: RoomName, call: RoomCall, tag: CallTag): void {
    this.#list.push({ kind: "call", to, call, tag });
  }

  wakeAt(atMs: number): void {
    this.#list.push({ kind: "wake", atMs });
  }

  take(): readonly Effect[] {
    if (this.#list.length === 0) return NONE;
    const list = this.#list;
    this.#list = [];
    return list;
  }
}
