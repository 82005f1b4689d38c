import { mailboxRoom, type RoomName } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import { AS_MEMBER, type Reader } from "./types.ts";

/** One mailbox that the log is delivered to. A user who is a member and observes as well has two, independent of each other. */
export interface Target extends Reader {
  readonly key: string;
  readonly room: RoomName;
  /** Everything up to here is durable in the mailbox. */
  cursor: number;
  /** Nothing after this is theirs: they left. */
  untilSeqId: number | undefined;
  inFlight: boolean;
  failures: number;
  retryAtMs: number;
  /** Has a backlog row: its cursor is its own, not the common one. */
  stored: boolean;
}

export function targetOf(app: AppId, { userId, observation }: Reader, cursor: number): Target {
  return {
    ...{ userId, observation, key: keyOf({ userId, observation }), room: mailboxRoom(app, userId) },
    cursor,
    untilSeqId: undefined,
    inFlight: false,
    failures: 0,
    retryAtMs: 0,
    stored: false,
  };
}

export function keyOf({ userId, observation }: Reader): string {
  return observation === AS_MEMBER ? userId : `${observation} ${userId}`;
}
