import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import { alice, bob } from "../names.ts";
import { Friendship } from "./friendship.ts";
import type { OperationOf } from "./operation.ts";
import type { Asking, Sequence } from "./sequence.ts";

type RelationOperation = OperationOf<"block" | "unblock" | "befriend" | "unfriend" | "acceptFriend" | "refuseFriend">;

/** Who blocks whom, and whether Alice and Bob are friends, which the deployment may ask of those who write to each other. */
export class RelationSteps {
  readonly friendship = new Friendship();
  readonly #sequence: Sequence;
  readonly #blocks = new Set<string>();
  readonly #isStrict: boolean;

  constructor(sequence: Sequence, isStrict: boolean) {
    this.#sequence = sequence;
    this.#isStrict = isStrict;
  }

  /** A deployment that asks for it has friends to begin with. */
  begin(): void {
    if (!this.#isStrict) return;
    this.#befriend(alice);
    this.#befriend(bob);
  }

  step(one: RelationOperation): void {
    const by = this.#sequence.user(one.user);
    const { friendship } = this;
    switch (one.do) {
      case "block":
      case "unblock":
        this.#block(by, one.do === "block");
        return;
      case "befriend":
        this.#befriend(by);
        return;
      case "unfriend":
        friendship.remove(by);
        this.#ask(by, "friend.remove", []);
        return;
      case "acceptFriend":
      case "refuseFriend": {
        const accept = one.do === "acceptFriend";
        const refused = friendship.answer(by, accept);
        this.#sequence.ask(by, { type: "friend.answer", userId: otherOf(by), accept }, refused);
        this.#mirror();
      }
    }
  }

  hasBlocked(by: UserId, whom: UserId): boolean {
    return this.#blocks.has(`${by} ${whom}`);
  }

  #befriend(by: UserId): void {
    this.#ask(by, "friend.add", this.friendship.add(by, this.hasBlocked(otherOf(by), by)));
  }

  #ask(by: UserId, type: "friend.add" | "friend.remove", refused: readonly ErrorName[]): void {
    const asking: Asking = { type, userId: otherOf(by) };
    this.#sequence.ask(by, asking, refused);
    this.#mirror();
  }

  #mirror(): void {
    this.#sequence.single.needsFriends = this.#isStrict && !this.friendship.areFriends;
  }

  #block(by: UserId, isBlock: boolean): void {
    const { single } = this.#sequence;
    const whom = otherOf(by);
    this.#sequence.ask(by, { type: isBlock ? "block.add" : "block.remove", userId: whom }, []);
    if (isBlock) this.#blocks.add(`${by} ${whom}`);
    else this.#blocks.delete(`${by} ${whom}`);
    if (!single.isMember(by)) return;
    if (isBlock) single.blockers.add(by);
    else single.blockers.delete(by);
  }
}

function otherOf(userId: UserId): UserId {
  return userId === alice ? bob : alice;
}
