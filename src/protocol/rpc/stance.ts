import type { RelationState } from "../frames/friend.ts";

/**
 * What a user wants of another. Only that user's mailbox writes it, with versions that grow, and everybody else keeps the
 * newest copy. How the two stand is computed from both stances, so that whoever has the same two sees the same,
 * in whatever order, however often and however late they came.
 */
export interface Stance {
  /** Version of the newest wish to be friends; 0: there is none. */
  readonly wants: number;
  /** That wish needs no consent. */
  readonly direct: boolean;
  /** Wishes of the other up to this version of theirs have ended: they were refused, or the friendship is over. */
  readonly voids: number;
  readonly version: number;
}

export const NO_STANCE: Stance = { wants: 0, direct: false, voids: 0, version: 0 };

/** How the two stand, seen by the one whose stance is `mine`. The other sees the mirror image. */
export function stateOf(mine: Stance, theirs: Stance): RelationState {
  const [iWant, theyWant] = [mine.wants > theirs.voids, theirs.wants > mine.voids];
  if ((iWant && (theyWant || mine.direct)) || (theyWant && theirs.direct)) return "friend";
  if (iWant) return "requested";
  return theyWant ? "incoming" : "none";
}

/** Wishes to be friends; a wish of the other that was not refused is accepted with it. */
export function wish(mine: Stance, version: number, direct: boolean): Stance {
  return { ...mine, wants: version, direct, version };
}

/** Refuses what the other wished so far. */
export function refuse(mine: Stance, theirs: Stance, version: number): Stance {
  return { ...mine, voids: Math.max(mine.voids, theirs.wants), version };
}

/** Ends what there is: the own wish and the other's. */
export function end(mine: Stance, theirs: Stance, version: number): Stance {
  return { ...refuse(mine, theirs, version), wants: 0 };
}
