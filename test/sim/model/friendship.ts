import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import { alice, bob } from "../names.ts";

type State = "none" | "friend" | { readonly requestedBy: UserId };

/** How Alice and Bob stand, in the simplest words. Each verb answers with the errors that are right; none means success. */
export class Friendship {
  state: State = "none";
  /** Who has wished for it since they last ended it: a refusal of that may be repeated. */
  readonly #wished = new Set<UserId>();

  get areFriends(): boolean {
    return this.state === "friend";
  }

  add(by: UserId, isBlocked: boolean): readonly ErrorName[] {
    const { state } = this;
    if (state === "friend" || (state !== "none" && state.requestedBy === by)) return [];
    this.#wished.add(by);
    if (state !== "none") this.state = "friend";
    else if (isBlocked) return ["BLOCKED"];
    else this.state = { requestedBy: by };
    return [];
  }

  answer(by: UserId, accept: boolean): readonly ErrorName[] {
    const { state } = this;
    const other = by === alice ? bob : alice;
    if (typeof state === "object" && state.requestedBy === other) {
      this.state = accept ? "friend" : "none";
      if (accept) this.#wished.add(by);
      return [];
    }
    const isRepeated = accept ? state === "friend" : state === "none" && this.#wished.has(other);
    return isRepeated ? [] : ["NO_SUCH_REQUEST"];
  }

  remove(by: UserId): void {
    if (this.state !== "none") this.#wished.delete(by);
    this.state = "none";
  }

  /** As a user's own list says it. */
  seenBy(userId: UserId): string {
    const { state } = this;
    if (typeof state === "string") return state;
    return state.requestedBy === userId ? "requested" : "incoming";
  }
}
