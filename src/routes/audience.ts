import { z } from "zod";
import { UserId } from "../protocol/ids.ts";
import { MAX_NOTICE_USERS } from "../protocol/limits.ts";

/** Whom a job is for: some users, or everybody who is in the app's directory. */
export const Audience = z.union([z.array(UserId).min(1).max(MAX_NOTICE_USERS), z.literal("all")]);

/** For the descriptions of operations that take one. */
export const FOR_EVERYBODY =
  'With `users: "all"` it is for everybody whom `GET /v1/users` lists; the job is `gathering` until it has found them, and its `total` grows.';
