import type { AppId } from "./ids.ts";

export type Jurisdiction = "eu" | "us" | "fedramp";

/**
 * Where the rooms of an app have to be kept, on hosts that have a choice. It is part of the app's id, because a room must be
 * addressed in its jurisdiction from the first call on, and can never move: nothing has to be looked up, and nothing can change.
 */
export function jurisdictionOf(app: AppId): Jurisdiction | undefined {
  const [, name] = /--(eu|us|fedramp)$/.exec(app) ?? [];
  return name as Jurisdiction | undefined; // SAFETY: the pattern's alternatives
}
