import { z } from "zod";

/** What a token allows beyond what every user may do. `observe`: to follow sessions without being a member. */
export const Scope = z.enum(["observe"]);
export type Scope = z.infer<typeof Scope>;

/** Of a token, or of what it opened; most have none. */
export interface Scoped {
  readonly scopes?: readonly Scope[];
}

export function hasScope({ scopes }: Scoped, scope: Scope): boolean {
  return scopes?.includes(scope) === true;
}
