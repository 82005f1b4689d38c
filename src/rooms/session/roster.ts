import type { GroupInfo, Role } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { GroupStore } from "./group-store.ts";
import type { GroupRow, MemberRow } from "./types.ts";

/** Who is in the group, and as what. Rows first, then memory. */
export class Roster {
  readonly #store: GroupStore;
  readonly #members: Map<UserId, MemberRow>;
  #group: GroupRow | undefined;

  constructor(store: GroupStore) {
    this.#store = store;
    this.#group = store.group();
    const rows = this.#group === undefined ? [] : store.members();
    this.#members = new Map(rows.map((row) => [row.userId, row]));
  }

  get size(): number {
    return this.#members.size;
  }

  has(userId: UserId): boolean {
    return this.#members.has(userId);
  }

  all(): MemberRow[] {
    return [...this.#members.values()];
  }

  get exists(): boolean {
    return this.#group !== undefined;
  }

  /** Neither unmade nor dismissed. */
  get isOpen(): boolean {
    return this.#group?.dismissed === false;
  }

  /** The group, unless it was never made or is dismissed. */
  require(): GroupRow {
    if (this.#group === undefined || this.#group.dismissed) throw new ParleyError("NO_SUCH_GROUP");
    return this.#group;
  }

  requireMember(userId: UserId): MemberRow {
    this.require();
    const member = this.#members.get(userId);
    if (member === undefined) throw new ParleyError("NOT_IN_GROUP");
    return member;
  }

  /** Owner or admin. */
  requireAdmin(userId: UserId): MemberRow {
    const member = this.requireMember(userId);
    if (member.role === "member") throw new ParleyError("NOT_ALLOWED_IN_GROUP");
    return member;
  }

  requireOwner(userId: UserId): GroupRow {
    this.requireMember(userId);
    const group = this.require();
    if (group.owner !== userId) throw new ParleyError("NOT_OWNER");
    return group;
  }

  found(owner: UserId, info: GroupInfo, createdAt: number): void {
    this.#save({ info, owner, createdAt, dismissed: false, mutedUntil: 0 });
  }

  setInfo(info: GroupInfo): void {
    this.#save({ ...this.require(), info });
  }

  setOwner(owner: UserId): void {
    this.#save({ ...this.require(), owner });
  }

  muteAll(mutedUntil: number): void {
    this.#save({ ...this.require(), mutedUntil });
  }

  dismiss(): void {
    this.#save({ ...this.require(), dismissed: true });
  }

  add(userId: UserId, role: Role, joinedSeqId: number): void {
    this.#put({ userId, role, joinedSeqId });
  }

  setRole(member: MemberRow, role: Role): void {
    this.#put({ ...member, role });
  }

  /** An empty nickname takes it away. */
  setNickname({ nickname: _, ...member }: MemberRow, nickname: string): void {
    this.#put(nickname === "" ? member : { ...member, nickname });
  }

  remove(userId: UserId): void {
    this.#store.deleteMember(userId);
    this.#members.delete(userId);
  }

  #put(member: MemberRow): void {
    this.#store.putMember(member);
    this.#members.set(member.userId, member);
  }

  #save(group: GroupRow): void {
    this.#store.putGroup(group);
    this.#group = group;
  }
}
