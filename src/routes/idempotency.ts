import type { Context } from "hono";
import { PackId } from "../protocol/ids.ts";
import { MAX_PACK_ID_LENGTH } from "../protocol/limits.ts";
import { parsed } from "./problem.ts";

const HEADER = "Idempotency-Key";

/** Of every POST. */
export const IDEMPOTENCY_PARAMETER = {
  name: HEADER,
  in: "header",
  required: false,
  description:
    "The same request with the same key is done once, and answered alike. With the key of another request it is refused (`PACK_CONFLICT`).",
  schema: { type: "string", maxLength: MAX_PACK_ID_LENGTH, pattern: "^[!-~]+$" },
  example: "2f1a7c1e-0001",
} as const;

export function idempotencyKeyOf(c: Context): PackId | undefined {
  const key = c.req.header(HEADER);
  return key === undefined ? undefined : parsed(PackId.safeParse(key));
}

/** The packId of a change: the caller's key, or one that nobody repeats. */
export function packIdOf(c: Context): PackId {
  return idempotencyKeyOf(c) ?? (crypto.randomUUID() as PackId); // SAFETY: a UUID is printable ASCII
}

/** Of requests that change nothing, whose packId nobody looks up. */
export const HTTP = "http" as PackId; // SAFETY: printable ASCII
