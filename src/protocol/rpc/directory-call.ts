import { z } from "zod";
import { UserId } from "../ids.ts";

/** A user of an app. */
export const ListedUser = z.object({
  userId: UserId,
  /** When the directory first heard of them, in ms since 1970. */
  since: z.int(),
});
export type ListedUser = z.infer<typeof ListedUser>;

/** Calls to a shard of the directory of an app's users. */
export type DirectoryCall =
  /** The user exists. May be repeated. Answers with nothing. */
  | { readonly type: "directory.add"; readonly userId: UserId }
  /** The user exists no longer. May be repeated. Answers with nothing. */
  | { readonly type: "directory.remove"; readonly userId: UserId }
  /** Users whose ids come after `after`, in the order of their ids. Answers with `DirectoryPage`. */
  | { readonly type: "directory.page"; readonly after: string; readonly limit: number }
  /** Answers with how many users there are. */
  | { readonly type: "directory.count" };

export interface DirectoryPage {
  readonly users: readonly ListedUser[];
  /** There are others after these in this shard. */
  readonly more: boolean;
}
