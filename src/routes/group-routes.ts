import { z } from "zod";
import { etagOf } from "../kernel/etag.ts";
import {
  GroupChangeResult,
  GroupCreate,
  GroupGetResult,
  GroupHas,
  GroupHasResult,
  GroupTransfer,
  GroupUpdate,
} from "../protocol/frames/group.ts";
import { GroupId } from "../protocol/ids.ts";
import { asUser, By } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { GROUP_CHANGE_ERRORS, GROUP_ERRORS, inGroup } from "./group-acting.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const params = z.object({ groupId: GroupId });
const tag = "Groups";

const createGroup = operation({
  method: "post",
  path: "/groups",
  id: "createGroup",
  tag,
  summary: "Create a group",
  description:
    "`by` becomes the owner. The id follows from the owner and the `Idempotency-Key`, so a repeated request finds its group.",
  request: { query: By, body: GroupCreate.pick({ info: true, userIds: true }) },
  example: { info: { name: "Tea", joinPolicy: "open" }, userIds: ["bob"] },
  answer: GroupChangeResult,
  errors: ["GROUP_FULL", "PACK_CONFLICT", "REFUSED"],
});

const getGroup = operation({
  method: "get",
  path: "/groups/{groupId}",
  id: "getGroup",
  tag,
  summary: "Look a group up",
  description: "The answer's `ETag` changes with what it says.",
  request: { params, query: By },
  answer: GroupGetResult,
  errors: GROUP_ERRORS,
});

const updateGroup = operation({
  method: "patch",
  path: "/groups/{groupId}",
  id: "updateGroup",
  tag,
  summary: "Change a group's name and settings",
  description: "What is not given stays. Owner and admins.",
  conditional: true,
  request: { params, query: By, body: GroupUpdate.shape.info },
  example: { announcement: "Tea at five" },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "GROUP_FULL"],
});

const dismissGroup = operation({
  method: "delete",
  path: "/groups/{groupId}",
  id: "dismissGroup",
  tag,
  summary: "Dismiss a group",
  request: { params, query: By },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "NOT_OWNER"],
});

const transferGroup = operation({
  method: "post",
  path: "/groups/{groupId}/transfer",
  id: "transferGroup",
  tag,
  summary: "Give a group to another owner",
  request: { params, query: By, body: GroupTransfer.pick({ userId: true }) },
  example: { userId: "bob" },
  answer: GroupChangeResult,
  errors: [...GROUP_CHANGE_ERRORS, "NOT_OWNER"],
});

const findMembers = operation({
  method: "post",
  path: "/groups/{groupId}/members/query",
  id: "findMembers",
  tag,
  summary: "Which of these users are members",
  request: { params, query: By, body: GroupHas.pick({ userIds: true }) },
  example: { userIds: ["bob", "dave"] },
  answer: GroupHasResult,
  answerExample: { members: ["bob"] },
  errors: GROUP_ERRORS,
});

/** A group as a whole. */
export function groupRoutes(deps: Deps) {
  return newRouter()
    .openapi(createGroup, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "group.create", packId: packIdOf(c), ...c.req.valid("json") }), 200);
    })
    .openapi(getGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      const group = await ask({ type: "group.get", packId: HTTP, groupId });
      c.header("ETag", etagOf(group));
      return c.json(group, 200);
    })
    .openapi(updateGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      const condition = { ifMatch: c.req.header("If-Match") };
      const frame = { type: "group.update", packId: packIdOf(c), groupId, info: c.req.valid("json") } as const;
      return c.json(await ask({ ...frame, ...condition }), 200);
    })
    .openapi(dismissGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.dismiss", packId: packIdOf(c), groupId }), 200);
    })
    .openapi(transferGroup, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.transfer", packId: packIdOf(c), groupId, ...c.req.valid("json") }), 200);
    })
    .openapi(findMembers, async (c) => {
      const { groupId } = c.req.valid("param");
      const ask = await inGroup(deps, c, { groupId, ...c.req.valid("query") });
      return c.json(await ask({ type: "group.has", packId: HTTP, groupId, ...c.req.valid("json") }), 200);
    });
}
