import type { Context } from "hono";
import { z } from "zod";
import { etagOf } from "../kernel/etag.ts";
import { mailboxRoom } from "../kernel/room-name.ts";
import { Done } from "../protocol/frames/done.ts";
import { AttrGetResult, AttrSet, Profile, UserGet, UserGetResult, UserUpdate } from "../protocol/frames/user.ts";
import { UserId } from "../protocol/ids.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { asUser, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { type Authenticated, newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const ofOther = z.object({ userId: UserId, otherId: userLike("bob") });
const ofAttribute = z.object({ ...ofOther.shape, name: AttrSet.shape.name.meta({ example: "colour" }) });
const tag = "Users";

const getUser = operation({
  method: "get",
  path: "/users/{userId}",
  id: "getUser",
  tag,
  summary: "A user's profile",
  description:
    "Mobile and birthday are for the user and for server keys. The answer's `ETag` changes with what it says.",
  request: { params: ofUser },
  answer: Profile,
  answerExample: { userId: "alice", name: "Alice" },
});

const updateUser = operation({
  method: "patch",
  path: "/users/{userId}",
  id: "updateUser",
  tag,
  summary: "Change a profile",
  description: "What is not given stays; `null` takes a field away.",
  conditional: true,
  request: { params: ofUser, body: UserUpdate.shape.profile },
  example: { name: "Alice", avatar: null },
  answer: Profile,
});

const findUsers = operation({
  method: "post",
  path: "/users/query",
  id: "findUsers",
  reads: true,
  tag,
  summary: "Profiles of up to 100 users",
  description: "In the order asked for. A user who never set a profile has just the id.",
  request: { body: UserGet.pick({ userIds: true }) },
  example: { userIds: ["alice", "bob"] },
  answer: UserGetResult,
});

const getAttributes = operation({
  method: "get",
  path: "/users/{userId}/attributes/{otherId}",
  id: "getAttributes",
  tag,
  summary: "What a user notes about another",
  request: { params: ofOther },
  answer: AttrGetResult,
});

const setAttribute = operation({
  method: "put",
  path: "/users/{userId}/attributes/{otherId}/{name}",
  id: "setAttribute",
  tag,
  summary: "Note something about another user",
  request: { params: ofAttribute, body: z.object({ value: AttrSet.shape.value.unwrap() }) },
  example: { value: "green" },
  answer: Done,
  errors: ["LIMIT_REACHED"],
});

const deleteAttribute = operation({
  method: "delete",
  path: "/users/{userId}/attributes/{otherId}/{name}",
  id: "deleteAttribute",
  tag,
  summary: "Forget a note",
  request: { params: ofAttribute },
  answer: Done,
});

/** Profiles, and what users note about each other. */
export function userRoutes(deps: Deps) {
  return newRouter()
    .openapi(getUser, async (c) => {
      const [profile] = await profilesOf(deps, c, [c.req.valid("param").userId]);
      const found = profile ?? c.req.valid("param");
      c.header("ETag", etagOf(found));
      return c.json(found, 200);
    })
    .openapi(updateUser, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      const ifMatch = c.req.header("If-Match");
      const profile = await ask({ type: "user.update", packId: HTTP, profile: c.req.valid("json"), ifMatch });
      c.header("ETag", etagOf(profile));
      return c.json(profile, 200);
    })
    .openapi(findUsers, async (c) => c.json({ users: await profilesOf(deps, c, c.req.valid("json").userIds) }, 200))
    .openapi(getAttributes, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "attr.get", packId: HTTP, userId: otherId }), 200);
    })
    .openapi(setAttribute, async (c) => {
      const { userId, otherId, name } = c.req.valid("param");
      const frame = { type: "attr.set", packId: HTTP, userId: otherId, name, ...c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(deleteAttribute, async (c) => {
      const { userId, otherId, name } = c.req.valid("param");
      const frame = { type: "attr.set", packId: HTTP, userId: otherId, name, value: null } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    });
}

/** As whoever asks may see them. */
async function profilesOf(deps: Deps, c: Context<Authenticated>, userIds: UserId[]): Promise<Profile[]> {
  const principal = c.get("principal");
  if (principal.kind === "user") {
    const { users } = await asUser(deps, c, undefined)({ type: "user.get", packId: HTTP, userIds });
    return users;
  }
  const call = { type: "profile", by: { kind: "server" } } as const;
  const outcomes = await Promise.all(userIds.map((userId) => deps.call(mailboxRoom(principal.app, userId), call)));
  return outcomes.map((outcome) => unwrap(outcome) as Profile); // SAFETY: what `profile` answers with
}
