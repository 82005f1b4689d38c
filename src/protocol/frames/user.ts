import { z } from "zod";
import { PackId, UserId } from "../ids.ts";
import { MAX_ATTRIBUTE_CHARS, MAX_USERS_AT_ONCE } from "../limits.ts";

const fields = {
  name: z.string().max(128),
  avatar: z.string().max(1024),
  /** Only the user and the app's servers see it. */
  mobile: z.string().max(32),
  /** ms since 1970; only the user and the app's servers see it. */
  birthday: z.int(),
  custom: z.string().max(MAX_ATTRIBUTE_CHARS),
};

export const Profile = z.object({ userId: UserId, ...z.object(fields).partial().shape, updatedAt: z.int().optional() });
export type Profile = z.infer<typeof Profile>;

/** Profiles, in the order asked for; a user who never set one has just the id. */
export const UserGet = z.object({
  type: z.literal("user.get"),
  packId: PackId,
  userIds: z.array(UserId).min(1).max(MAX_USERS_AT_ONCE),
});
export const UserGetResult = z.object({ users: z.array(Profile) });

/** Changes the fields that are given; `null` takes one away. */
export const UserUpdate = z.object({
  type: z.literal("user.update"),
  packId: PackId,
  profile: z.object({
    name: fields.name.nullable().optional(),
    avatar: fields.avatar.nullable().optional(),
    mobile: fields.mobile.nullable().optional(),
    birthday: fields.birthday.nullable().optional(),
    custom: fields.custom.nullable().optional(),
  }),
  /** Only while the profile is as that says: the ETag of what was answered. */
  ifMatch: z.string().max(256).optional(),
});

/** What the user notes about another user, for themself alone. `null` takes it away. */
export const AttrSet = z.object({
  type: z.literal("attr.set"),
  packId: PackId,
  userId: UserId,
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  value: z.string().max(MAX_ATTRIBUTE_CHARS).nullable(),
});
export const AttrGet = z.object({ type: z.literal("attr.get"), packId: PackId, userId: UserId });
export const AttrGetResult = z.object({ attributes: z.record(z.string(), z.string()) });
