import { type AddressOf, addressOf, type RoomName, sessionRoom } from "../../src/kernel/room-name.ts";
import { ParleyError } from "../../src/protocol/errors.ts";
import type { GroupChangeResult, GroupFrame } from "../../src/protocol/frames/group.ts";
import type { HistoryResult, MsgSendResult } from "../../src/protocol/frames/message.ts";
import { groupIdOf } from "../../src/protocol/group-id.ts";
import { type GroupId, SessionId, type UserId } from "../../src/protocol/ids.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult } from "../../src/protocol/rpc/session-call.ts";
import { trimmedIn, withArchived } from "../../src/protocol/trimmed.ts";
import { app, chatRoom, pack } from "./names.ts";
import type { World } from "./world.ts";

export function text(packId: string, content: AppendItem["content"] = packId): AppendItem {
  return { packId: pack(packId), contentType: 1, content };
}

/** The name of a coded failure, or `undefined` for success. */
export function errorOf(outcome: Outcome): string | undefined {
  return outcome.ok ? undefined : outcome.error;
}

export function tryAppend(world: World, sender: UserId, items: readonly AppendItem[], room: RoomName = chatRoom) {
  // SAFETY: what session rooms answer to an append
  return world.call(room, { type: "append", sender, items }) as Outcome<AppendResult>;
}

/** Appends one batch, all of whose items must be accepted. */
export function append(world: World, sender: UserId, items: readonly AppendItem[], room?: RoomName): MsgSendResult[] {
  return unwrap(tryAppend(world, sender, items, room)).map(unwrap);
}

export interface Cursor {
  readonly before?: number;
  readonly after?: number;
  readonly limit?: number;
}

/** What a server key reads: what the room has let go of comes from the archive. */
export function history(world: World, cursor: Cursor = {}, room: RoomName = chatRoom): HistoryResult {
  const page = ownHistory(world, cursor, room);
  const seqIds = trimmedIn(page, cursor);
  if (seqIds.length === 0) return page;
  const { sessionId } = addressOf(room) as AddressOf<"session">; // SAFETY: the name of a session's room
  return unwrap(withArchived(page, cursor, world.archive({ type: "entries", app, sessionId, seqIds })));
}

/** What the room answers by itself. */
export function ownHistory(world: World, cursor: Cursor = {}, room: RoomName = chatRoom): HistoryResult {
  const call = { type: "history", by: { kind: "server" }, ...cursor } as const;
  return unwrap(world.call(room, call)) as HistoryResult; // SAFETY: what session rooms answer to it
}

/** The whole log, page by page. */
export function wholeLog(world: World, room: RoomName = chatRoom): HistoryResult["entries"] {
  const entries: HistoryResult["entries"] = [];
  for (;;) {
    const page = history(world, { after: entries.length, limit: 200 }, room);
    entries.push(...page.entries);
    if (!page.more) return entries;
  }
}

/** A group under test, with the verbs as its members call them. */
export class SimGroup {
  readonly groupId: GroupId;
  readonly sessionId: SessionId;
  readonly room: RoomName;
  readonly #world: World;

  constructor(world: World, creator: UserId, packId: string) {
    this.#world = world;
    this.groupId = groupIdOf(app, creator, pack(packId));
    this.sessionId = SessionId.parse(this.groupId);
    this.room = sessionRoom(app, this.sessionId);
  }

  static create(
    world: World,
    creator: UserId,
    userIds: UserId[],
    info: { memberLimit?: number; joinPolicy?: "open" | "invite" } = {},
  ): SimGroup {
    const group = new SimGroup(world, creator, "create");
    unwrap(group.ask(creator, { type: "group.create", packId: pack("create"), info: { name: "g", ...info }, userIds }));
    return group;
  }

  ask(by: UserId, frame: GroupFrame): Outcome {
    return this.#world.call(this.room, { type: "request", by, frame });
  }

  /** A change that must succeed; answers with its notice's seqId. */
  change(by: UserId, frame: GroupFrame): GroupChangeResult {
    return unwrap(this.ask(by, frame)) as GroupChangeResult; // SAFETY: what changes answer
  }

  /** The error of a change that must be refused, leaving no entry. */
  refused(by: UserId, frame: GroupFrame): string {
    const before = this.log().length;
    const outcome = this.ask(by, frame);
    if (outcome.ok) throw new Error(`${frame.type} by ${by} was not refused`);
    if (this.log().length !== before) throw new ParleyError("SERVER_EXCEPTION", "a refused change left an entry");
    return outcome.error;
  }

  log() {
    return wholeLog(this.#world, this.room);
  }

  join(packId: string, userIds?: UserId[]) {
    const { groupId } = this;
    return { type: "group.join", packId: pack(packId), groupId, userIds } as const;
  }

  quit(packId: string) {
    return { type: "group.quit", packId: pack(packId), groupId: this.groupId } as const;
  }

  remove(packId: string, userIds: UserId[]) {
    return { type: "group.remove", packId: pack(packId), groupId: this.groupId, userIds } as const;
  }

  update(packId: string, info: { name?: string; memberLimit?: number; joinPolicy?: "open" | "invite" }) {
    return { type: "group.update", packId: pack(packId), groupId: this.groupId, info } as const;
  }

  transfer(packId: string, userId: UserId) {
    return { type: "group.transfer", packId: pack(packId), groupId: this.groupId, userId } as const;
  }

  role(packId: string, userId: UserId, role: "admin" | "member") {
    return { type: "group.role", packId: pack(packId), groupId: this.groupId, userId, role } as const;
  }

  dismiss(packId: string) {
    return { type: "group.dismiss", packId: pack(packId), groupId: this.groupId } as const;
  }

  members() {
    return { type: "group.members", packId: pack("members"), groupId: this.groupId } as const;
  }

  get() {
    return { type: "group.get", packId: pack("get"), groupId: this.groupId } as const;
  }
}
