import type { UserId } from "../ids.ts";

/** Who asks: taken from the connection or the key, never from a payload. */
export type Operator =
  | { readonly kind: "user"; readonly userId: UserId /** With a token that has the scope. */; readonly observes?: true }
  /** A third party's server key: may read everything of its app. */
  | { readonly kind: "server" };
