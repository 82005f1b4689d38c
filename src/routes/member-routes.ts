import { z } from "zod";
import {
  GroupBan,
  GroupChangeResult,
  GroupJoin,
  GroupMembersResult,
  GroupMute,
  GroupNickname,
  GroupRemove,
  GroupRole,
} from "../protocol/frames/group.ts";
import { GroupId } from "../protocol/ids.ts";
import { asUser, By, byOf, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { GROUP_CHANGE_ERRORS, GROUP_ERRORS, inGroup } from "./group-acting.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const params = z.object({ groupId: GroupId });
const ofMember = z.object({ groupId: GroupId, userId: userLike("bob") });
const tag = "Groups";
const Users = GroupRemove.pick({ userIds: true });

const listMembers = operation({
  method: "get",
  path: "/groups/{groupId}/members",
  id: "listMembers",
  tag,
  summary: "List the members",
  request: { params, query: By },
  answer: GroupMembersResult,
  errors: GROUP_ERRORS,
});

const addMembers = operation({
  method: "post",
  path: "/groups/{groupId}/members",
  id: "addMembers",
  tag,
  summary: "Bring users into a group",
  request: { params, query: By, body: Users },
  example: { userIds: ["dave"] },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "GROUP_FULL", "BANNED"],
});

const removeMembers = operation({
  method: "post",
  path: "/groups/{groupId}/members/remove",
  id: "removeMembers",
  tag,
  summary: "Remove members",
  request: { params, query: By, body: Users },
  example: { userIds: ["carol"] },
  answer: GroupChangeResult,
  errors: GROUP_CHANGE_ERRORS,
});

const joinGroup = operation({
  method: "post",
  path: "/groups/{groupId}/join",
  id: "joinGroup",
  tag,
  summary: "Join a group, or ask to",
  description: "A server key names the user with `by`. `pending`: owner or admins have to answer.",
  request: { params, query: byOf("dave"), body: GroupJoin.pick({ greeting: true }) },
  example: { greeting: "May I?" },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "GROUP_FULL", "BANNED", "REFUSED", "LIMIT_REACHED"],
});

const quitGroup = operation({
  method: "post",
  path: "/groups/{groupId}/quit",
  id: "quitGroup",
  tag,
  summary: "Leave a group",
  request: { params, query: byOf("carol") },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "OWNER_MUST_TRANSFER"],
});

const setRole = operation({
  method: "put",
  path: "/groups/{groupId}/members/{userId}/role",
  id: "setRole",
  tag,
  summary: "Make a member an admin, or no longer one",
  request: { params: ofMember, query: By, body: GroupRole.pick({ role: true }) },
  example: { role: "admin" },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "NOT_OWNER", "OWNER_MUST_TRANSFER"],
});

const setNickname = operation({
  method: "put",
  path: "/groups/{groupId}/members/{userId}/nickname",
  id: "setNickname",
  tag,
  summary: "Set what a member is called in the group",
  description: "An empty one takes it away.",
  request: { params: ofMember, query: By, body: GroupNickname.pick({ nickname: true }) },
  example: { nickname: "Bobby" },
  answer: GroupChangeResult,
  errors: GROUP_CHANGE_ERRORS,
});

const muteMembers = operation({
  method: "put",
  path: "/groups/{groupId}/mute",
  id: "muteMembers",
  tag,
  summary: "Mute members, or all of them",
  description: "Until `untilMs`; 0 ends it. Without `userIds`: everybody but owner and admins.",
  request: { params, query: By, body: GroupMute.pick({ userIds: true, untilMs: true }) },
  example: { userIds: ["bob"], untilMs: 4_102_444_800_000 },
  answer: GroupChangeResult,
  errors: GROUP_CHANGE_ERRORS,
});

const banUsers = operation({
  method: "put",
  path: "/groups/{groupId}/bans",
  id: "banUsers",
  tag,
  summary: "Ban users from a group, or lift that",
  request: { params, query: By, body: GroupBan.pick({ userIds: true, remove: true }) },
  example: { userIds: ["carol"] },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "LIMIT_REACHED"],
});

/** Who is in a group, and in which order they are. */
export function memberRoutes(deps: Deps) {
  return newRouter()
    .openapi(listMembers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.members", packId: HTTP, groupId }), 200);
    })
    .openapi(addMembers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.join", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(removeMembers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.remove", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(joinGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "group.join", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(quitGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "group.quit", packId: packIdOf(c), groupId }), 200);
    })
    .openapi(setRole, async (c) => {
      const { groupId, userId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(
        await ask({ type: "group.role", packId: packIdOf(c), groupId, userId, ...c.req.valid("json") }),
        200,
      );
    })
    .openapi(setNickname, async (c) => {
      const { groupId, userId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      const frame = { type: "group.nickname", packId: packIdOf(c), groupId, userId } as const;
      return c.json(await ask({ ...frame, ...c.req.valid("json") }), 200);
    })
    .openapi(muteMembers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.mute", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(banUsers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.ban", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    });
}
