import { z } from "zod";
import { GroupInfo, Role } from "../entry.ts";
import { GroupId, PackId, UserId } from "../ids.ts";
import { MAX_GROUP_MEMBERS, MAX_PAGE_LIMIT } from "../limits.ts";

const group = { packId: PackId, groupId: GroupId };
const users = z.array(UserId).min(1).max(MAX_GROUP_MEMBERS);

export const GroupCreate = z.object({
  type: z.literal("group.create"),
  packId: PackId,
  info: GroupInfo.partial({ memberLimit: true, joinPolicy: true }),
  /** Besides the creator, who becomes the owner. */
  userIds: z.array(UserId).max(MAX_GROUP_MEMBERS),
});
const greeting = z.string().max(256);
const nickname = z.string().max(64);

/**
 * Without `userIds`: join oneself (policy `open`, or invited; under `approval` it becomes a request). With: bring others in
 * (members; under `approval` owner and admins).
 */
export const GroupJoin = z.object({
  type: z.literal("group.join"),
  ...group,
  userIds: users.optional(),
  greeting: greeting.optional(),
});
export const GroupQuit = z.object({ type: z.literal("group.quit"), ...group });
export const GroupRemove = z.object({ type: z.literal("group.remove"), ...group, userIds: users });
export const GroupMembers = z.object({ type: z.literal("group.members"), ...group });
export const GroupGet = z.object({ type: z.literal("group.get"), ...group });
/** With `ifMatch` only while the group is as that says: the ETag of what `group.get` answered. */
export const GroupUpdate = z.object({
  type: z.literal("group.update"),
  ...group,
  info: GroupInfo.partial(),
  ifMatch: z.string().max(256).optional(),
});
export const GroupTransfer = z.object({ type: z.literal("group.transfer"), ...group, userId: UserId });
export const GroupRole = z.object({
  type: z.literal("group.role"),
  ...group,
  userId: UserId,
  role: z.enum(["admin", "member"]),
});
/** Until `untilMs` these members (without `userIds`: all but owner and admins) may not speak; 0 ends it. */
export const GroupMute = z.object({
  type: z.literal("group.mute"),
  ...group,
  userIds: users.optional(),
  untilMs: z.int().min(0),
});
/** Removes them, and they cannot come back until `remove` lifts it. */
export const GroupBan = z.object({
  type: z.literal("group.ban"),
  ...group,
  userIds: users,
  remove: z.literal(true).optional(),
});
/** An empty nickname takes it away. One's own, or anybody's for owner and admins. */
export const GroupNickname = z.object({
  type: z.literal("group.nickname"),
  ...group,
  nickname,
  userId: UserId.optional(),
});
/** Join requests that wait for an answer. Owner and admins. */
export const GroupRequests = z.object({ type: z.literal("group.requests"), ...group });
export const GroupAnswer = z.object({ type: z.literal("group.answer"), ...group, userId: UserId, accept: z.boolean() });
/** Asks users to join; each accepts with `group.join` or says no with `group.decline`. */
export const GroupInvite = z.object({
  type: z.literal("group.invite"),
  ...group,
  userIds: users,
  greeting: greeting.optional(),
});
export const GroupDecline = z.object({ type: z.literal("group.decline"), ...group });
/** Which of these users are members. */
export const GroupHas = z.object({ type: z.literal("group.has"), ...group, userIds: users });
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
  GroupMute,
  GroupBan,
  GroupNickname,
  GroupRequests,
  GroupAnswer,
  GroupInvite,
  GroupDecline,
  GroupHas,
] as const;
export type GroupFrame = z.infer<(typeof groupFrames)[number]>;

/** Of every frame that changes a group: the notice that it appended. */
export const GroupChangeResult = z.object({
  groupId: GroupId,
  /** 0 when there was nothing to change (a member joins again, a stranger is removed). */
  seqId: z.int(),
  /** The join became a request that waits for an answer. */
  pending: z.literal(true).optional(),
  repeated: z.literal(true).optional(),
});
export type GroupChangeResult = z.infer<typeof GroupChangeResult>;

export const Member = z.object({
  userId: UserId,
  role: Role,
  joinedSeqId: z.int(),
  nickname: nickname.optional(),
  /** ms since 1970 */
  mutedUntil: z.int().optional(),
});
export type Member = z.infer<typeof Member>;

export const GroupMembersResult = z.object({ members: z.array(Member) });
export type GroupMembersResult = z.infer<typeof GroupMembersResult>;

export const GroupGetResult = z.object({
  groupId: GroupId,
  info: GroupInfo,
  owner: UserId,
  memberCount: z.int(),
  createdAt: z.int(),
  /** Only owner and admins speak until then, ms since 1970. */
  mutedUntil: z.int().optional(),
});
export type GroupGetResult = z.infer<typeof GroupGetResult>;

export const JoinRequest = z.object({ userId: UserId, greeting: greeting.optional(), at: z.int() });
export const GroupRequestsResult = z.object({ requests: z.array(JoinRequest) });
export const GroupHasResult = z.object({ members: z.array(UserId) });

/** Groups that the user came into or left after `since` (ms since 1970; 0: all that they are in). */
export const GroupSync = z.object({ type: z.literal("group.sync"), packId: PackId, since: z.int().min(0) });
export const GroupSyncResult = z.object({
  groups: z.array(GroupId),
  removed: z.array(GroupId),
  /** Pass it as the next `since`. */
  timestamp: z.int(),
});
export const Invitation = z.object({
  groupId: GroupId,
  by: UserId,
  name: z.string(),
  greeting: greeting.optional(),
  at: z.int(),
});
export type Invitation = z.infer<typeof Invitation>;
/** Invitations that the user has not answered, the newest first. */
export const GroupInvitations = z.object({ type: z.literal("group.invitations"), packId: PackId });
export const GroupInvitationsResult = z.object({ invitations: z.array(Invitation).max(MAX_PAGE_LIMIT) });
