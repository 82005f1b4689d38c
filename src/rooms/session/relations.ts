import type { RoomPolicy } from "../../kernel/policy.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { RelationCall } from "../../protocol/rpc/session-call.ts";
import { NO_STANCE, stateOf } from "../../protocol/rpc/stance.ts";
import type { RelationsStore, Side } from "./relations-store.ts";

const UNKNOWN: Side = { stance: NO_STANCE, blocked: false };

/** How the two users of a single chat stand, as their mailboxes told: who may write to whom. */
export class Relations {
  readonly #store: RelationsStore;
  readonly #policy: RoomPolicy;
  /** Read once, with the first message of an instance; nearly always empty. */
  #sides: Map<UserId, Side> | undefined;

  constructor(store: RelationsStore, policy: RoomPolicy) {
    this.#store = store;
    this.#policy = policy;
  }

  /** What `by` wants from now on; an older version says nothing new (S100). */
  put({ by, stance, blocked }: RelationCall): null {
    if (stance.version <= this.#side(by).stance.version) return null;
    this.#store.put(by, { stance, blocked });
    this.#all().set(by, { stance, blocked });
    return null;
  }

  /** Throws when `from` may not write to `to`. */
  requireWelcome(from: UserId, to: UserId): void {
    const theirs = this.#side(to);
    if (theirs.blocked) throw new ParleyError("BLOCKED");
    if (this.#policy.messages === "everyone") return;
    if (stateOf(theirs.stance, this.#side(from).stance) !== "friend") throw new ParleyError("NOT_FRIENDS");
  }

  #side(userId: UserId): Side {
    return this.#all().get(userId) ?? UNKNOWN;
  }

  #all(): Map<UserId, Side> {
    this.#sides ??= this.#store.all();
    return this.#sides;
  }
}
