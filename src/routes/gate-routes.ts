import { z } from "zod";
import {
  GroupAnswer,
  GroupChangeResult,
  GroupInvitationsResult,
  GroupInvite,
  GroupRequestsResult,
  GroupSyncResult,
} from "../protocol/frames/group.ts";
import { GroupId, UserId } from "../protocol/ids.ts";
import { asUser, By, byOf, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { GROUP_CHANGE_ERRORS, GROUP_ERRORS, inGroup } from "./group-acting.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";

const params = z.object({ groupId: GroupId });
const ofUser = z.object({ userId: UserId });
const tag = "Groups";

const listRequests = operation({
  method: "get",
  path: "/groups/{groupId}/requests",
  id: "listRequests",
  tag,
  summary: "Who asks to join",
  description: "Owner and admins.",
  request: { params, query: By },
  answer: GroupRequestsResult,
  errors: GROUP_ERRORS,
});

const answerRequest = operation({
  method: "post",
  path: "/groups/{groupId}/requests/{userId}",
  id: "answerRequest",
  tag,
  summary: "Let somebody who asked in, or not",
  request: {
    params: z.object({ groupId: GroupId, userId: userLike("erin") }),
    query: By,
    body: GroupAnswer.pick({ accept: true }),
  },
  example: { accept: true },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "NO_SUCH_REQUEST", "GROUP_FULL", "BANNED"],
});

const inviteUsers = operation({
  method: "post",
  path: "/groups/{groupId}/invitations",
  id: "inviteUsers",
  tag,
  summary: "Ask users to join",
  description: "Each accepts by joining, or declines.",
  request: { params, query: By, body: GroupInvite.pick({ userIds: true, greeting: true }) },
  example: { userIds: ["dave"], greeting: "Tea?" },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "BANNED", "LIMIT_REACHED"],
});

const declineInvitation = operation({
  method: "post",
  path: "/groups/{groupId}/decline",
  id: "declineInvitation",
  tag,
  summary: "Decline an invitation",
  request: { params, query: byOf("dave") },
  answer: GroupChangeResult,
  errors: GROUP_CHANGE_ERRORS,
});

const listGroups = operation({
  method: "get",
  path: "/users/{userId}/groups",
  id: "listGroups",
  tag,
  summary: "The groups of a user",
  description: "Those that they are in; with `since`, those that they came into and left after that time.",
  request: { params: ofUser, query: z.object({ since: count(0).optional() }) },
  answer: GroupSyncResult,
});

const listInvitations = operation({
  method: "get",
  path: "/users/{userId}/invitations",
  id: "listInvitations",
  tag,
  summary: "Which groups ask a user to join",
  request: { params: ofUser },
  answer: GroupInvitationsResult,
});

/** How users come into a group, and which groups they are in. */
export function gateRoutes(deps: Deps) {
  return newRouter()
    .openapi(listRequests, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.requests", packId: HTTP, groupId }), 200);
    })
    .openapi(answerRequest, async (c) => {
      const { groupId, userId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      const frame = { type: "group.answer", packId: packIdOf(c), groupId, userId } as const;
      return c.json(await ask({ ...frame, ...c.req.valid("json") }), 200);
    })
    .openapi(inviteUsers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.invite", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(declineInvitation, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "group.decline", packId: packIdOf(c), groupId }), 200);
    })
    .openapi(listGroups, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      const { since = 0 } = c.req.valid("query");
      return c.json(await ask({ type: "group.sync", packId: HTTP, since }), 200);
    })
    .openapi(listInvitations, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "group.invitations", packId: HTTP }), 200);
    });
}
