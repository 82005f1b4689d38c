import type { Clock } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { Relation } from "../../protocol/frames/friend.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_RELATIONS } from "../../protocol/limits.ts";
import type { ResultOf } from "../../protocol/results.ts";
import { stateOf } from "../../protocol/rpc/stance.ts";
import { isOwn, type RelationRow, type RelationsStore } from "./relations-store.ts";

/** What a change makes of a row; the same row when there is nothing to change. Throws before anything is written. */
export type Edit = (row: RelationRow, version: number) => RelationRow;

export interface Edited {
  readonly before: RelationRow;
  readonly after: RelationRow;
}

/** The rows that the user keeps about others, with one version for all of them. */
export class RelationBook {
  readonly #store: RelationsStore;
  readonly #clock: Clock;
  #version: number | undefined;

  constructor(store: RelationsStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  find(userId: UserId): RelationRow {
    return this.#store.find(userId);
  }

  /** All of whom something is kept. */
  users(): UserId[] {
    return this.#store.users();
  }

  blocked(): UserId[] {
    return this.#store.blocked();
  }

  /** Throws `LIMIT_REACHED` when the user wants to keep too much. */
  edit(userId: UserId, edit: Edit): Edited {
    const before = this.#store.find(userId);
    const version = (this.#version ?? this.#store.newestVersion()) + 1;
    const changed = edit(before, version);
    if (changed === before) return { before, after: before };
    if (isOwn(changed) && !isOwn(before) && this.#store.countOwn() >= MAX_RELATIONS)
      throw new ParleyError("LIMIT_REACHED");
    const after = { ...changed, version, updatedAt: this.#clock.nowMs() };
    this.#store.put(after);
    this.#version = version;
    return { before, after };
  }

  page(since: number, limit: number): ResultOf<"friend.sync"> {
    const rows = this.#store.changedSince(since, limit + 1);
    const page = rows.slice(0, limit);
    return {
      relations: page.map(shown),
      version: page.at(-1)?.version ?? since,
      more: rows.length > limit,
    };
  }
}

/** As the user's devices see it. */
export function shown({ userId, remark, greeting, blocked, mine, theirs, updatedAt }: RelationRow): Relation {
  return {
    userId,
    state: stateOf(mine, theirs),
    ...(remark === "" ? {} : { remark }),
    ...(greeting === "" ? {} : { greeting }),
    ...(blocked ? { blocked } : {}),
    updatedAt,
  };
}
