import { z } from "zod";
import { GroupInfo, Role } from "../entry.ts";
import { GroupId, PackId, UserId } from "../ids.ts";
import { MAX_GROUP_MEMBERS } from "../limits.ts";

const group = { packId: PackId, groupId: GroupId };
const users = z.array(UserId).min(1).max(MAX_GROUP_MEMBERS);

export const GroupCreate = z.object({
  type: z.literal("group.create"),
  packId: PackId,
  info: GroupInfo.partial({ memberLimit: true, joinPolicy: true }),
  /** Besides the creator, who becomes the owner. */
  userIds: z.array(UserId).max(MAX_GROUP_MEMBERS),
});
/** Without `userIds`: join oneself (policy `open`). With: bring others in (members only). */
export const GroupJoin = z.object({ type: z.literal("group.join"), ...group, userIds: users.optional() });
export const GroupQuit = z.object({ type: z.literal("group.quit"), ...group });
export const GroupRemove = z.object({ type: z.literal("group.remove"), ...group, userIds: users });
export const GroupMembers = z.object({ type: z.literal("group.members"), ...group });
export const GroupGet = z.object({ type: z.literal("group.get"), ...group });
export const GroupUpdate = z.object({ type: z.literal("group.update"), ...group, info: GroupInfo.partial() });
export const GroupTransfer = z.object({ type: z.literal("group.transfer"), ...group, userId: UserId });
export const GroupRole = z.object({
  type: z.literal("group.role"),
  ...group,
  userId: UserId,
  role: z.enum(["admin", "member"]),
});
export const GroupDismiss = z.object({ type: z.literal("group.dismiss"), ...group });

export const groupFrames = [
  GroupCreate,
  GroupJoin,
  GroupQuit,
  GroupRemove,
  GroupMembers,
  GroupGet,
  GroupUpdate,
  GroupTransfer,
  GroupRole,
  GroupDismiss,
] as const;
export type GroupFrame = z.infer<(typeof groupFrames)[number]>;

/** Of every frame that changes a group: the notice that it appended. */
export const GroupChangeResult = z.object({
  groupId: GroupId,
  /** 0 when there was nothing to change (a member joins again, a stranger is removed). */
  seqId: z.int(),
  repeated: z.literal(true).optional(),
});
export type GroupChangeResult = z.infer<typeof GroupChangeResult>;

export const Member = z.object({ userId: UserId, role: Role, joinedSeqId: z.int() });
export type Member = z.infer<typeof Member>;

export const GroupMembersResult = z.object({ members: z.array(Member) });
export type GroupMembersResult = z.infer<typeof GroupMembersResult>;

export const GroupGetResult = z.object({
  groupId: GroupId,
  info: GroupInfo,
  owner: UserId,
  memberCount: z.int(),
  createdAt: z.int(),
});
export type GroupGetResult = z.infer<typeof GroupGetResult>;
