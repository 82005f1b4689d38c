import { z } from "zod";
import { MAX_PACK_ID_LENGTH, MAX_USER_ID_LENGTH } from "./limits.ts";

/** A tenant. */
export const AppId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
  .brand<"AppId">();
export type AppId = z.infer<typeof AppId>;

/**
 * A user within an app: letters, digits and `. _ @ : + -`. `~` is left out because it escapes `_` in session ids, `.` and `..`
 * because they are no names in the path of a URL.
 */
export const UserId = z
  .string()
  .max(MAX_USER_ID_LENGTH)
  .regex(/^[A-Za-z0-9._@:+-]+$/)
  .refine(isNameInPath, "not . or ..")
  .brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

/** The sender's idempotency key: printable ASCII, unique per sender; a UUID or ULID is a good choice. */
export const PackId = z
  .string()
  .max(MAX_PACK_ID_LENGTH)
  .regex(/^[!-~]+$/)
  .brand<"PackId">();
export type PackId = z.infer<typeof PackId>;

/** A webhook endpoint: `WH_` and 26 characters of Crockford base32. */
export const EndpointId = z
  .string()
  .regex(/^WH_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"EndpointId">();
export type EndpointId = z.infer<typeof EndpointId>;

const USER_PART = "[A-Za-z0-9.~@:+-]+";

/** `GC_` and 26 characters of Crockford base32. */
export const GroupId = z
  .string()
  .regex(/^GC_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"GroupId">();
export type GroupId = z.infer<typeof GroupId>;

/** `JB_` and 26 characters of Crockford base32. */
export const JobId = z
  .string()
  .regex(/^JB_[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"JobId">();
export type JobId = z.infer<typeof JobId>;

/** An API key's, which its text carries: 26 characters of Crockford base32. */
export const KeyId = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<"KeyId">();
export type KeyId = z.infer<typeof KeyId>;

/**
 * A conversation: `SC_<a>_<b>` (two users in string order, `_` escaped as `~`), a group's `GC_…`, or the business
 * notices of an app to a user, `BM_<app>_<user>`.
 */
export const SessionId = z
  .string()
  .max(3 + 2 * MAX_USER_ID_LENGTH + 1)
  .regex(
    new RegExp(`^(GC_[0-9A-HJKMNP-TV-Z]{26}|SC_${USER_PART}_${USER_PART}|BM_[a-z0-9][a-z0-9-]{0,31}_${USER_PART})$`),
  )
  .brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;

/** A client install. */
export const DeviceId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/)
  .refine(isNameInPath, "not . or ..")
  .brand<"DeviceId">();
export type DeviceId = z.infer<typeof DeviceId>;

export const DeviceType = z.enum(["ios", "android", "macos", "windows", "linux", "web"]);
export type DeviceType = z.infer<typeof DeviceType>;

function isNameInPath(id: string): boolean {
  return id !== "." && id !== "..";
}
