import { z } from "zod";
import { PackId, UserId } from "../ids.ts";
import { MAX_PAGE_LIMIT } from "../limits.ts";

const about = { packId: PackId, userId: UserId };
const remark = z.string().max(64);
const greeting = z.string().max(256);

/** `requested`: by the user, not answered yet · `incoming`: by the other, to be answered · `none`: only a remark or a block is kept. */
export const RelationState = z.enum(["none", "requested", "incoming", "friend"]);
export type RelationState = z.infer<typeof RelationState>;

/** What a user keeps about another. */
export const Relation = z.object({
  userId: UserId,
  state: RelationState,
  remark: remark.optional(),
  greeting: greeting.optional(),
  blocked: z.literal(true).optional(),
  /** ms since 1970 */
  updatedAt: z.int(),
});
export type Relation = z.infer<typeof Relation>;

/** Makes a friend, or asks them, as the deployment's policy says. Both sides are friends then. */
export const FriendAdd = z.object({
  type: z.literal("friend.add"),
  ...about,
  greeting: greeting.optional(),
  remark: remark.optional(),
});
export const FriendAnswer = z.object({
  type: z.literal("friend.answer"),
  ...about,
  accept: z.boolean(),
  remark: remark.optional(),
});
/** Ends the friendship for both. */
export const FriendRemove = z.object({ type: z.literal("friend.remove"), ...about });
/** An empty remark takes it away. */
export const FriendRemark = z.object({ type: z.literal("friend.remark"), ...about, remark });
/** Relations that changed after version `since` (0: all). */
export const FriendSync = z.object({
  type: z.literal("friend.sync"),
  packId: PackId,
  since: z.int().min(0),
  limit: z.int().min(1).max(MAX_PAGE_LIMIT).optional(),
});
export const FriendSyncResult = z.object({ relations: z.array(Relation), version: z.int(), more: z.boolean() });

/** From the acknowledgement on, no message of theirs arrives in the single chat. */
export const BlockAdd = z.object({ type: z.literal("block.add"), ...about });
export const BlockRemove = z.object({ type: z.literal("block.remove"), ...about });
export const BlockList = z.object({ type: z.literal("block.list"), packId: PackId });
export const BlockListResult = z.object({ userIds: z.array(UserId) });
