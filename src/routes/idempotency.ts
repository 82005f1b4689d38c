import type { Context } from "hono";
import { digestOf } from "../kernel/digest.ts";
import { mailboxRoom } from "../kernel/room-name.ts";
import { PackId, type UserId } from "../protocol/ids.ts";
import { MAX_PACK_ID_LENGTH } from "../protocol/limits.ts";
import type { ReplayResult } from "../protocol/rpc/mailbox-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { parsed } from "./problem.ts";
import type { Authenticated } from "./router.ts";

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

/** Keys are for POST: other methods do the same when they are repeated. */
export function idempotencyKeyOf(c: Context): PackId | undefined {
  if (c.req.method !== "POST") return undefined;
  const key = c.req.header(HEADER);
  return key === undefined ? undefined : parsed(PackId.safeParse(key));
}

/** The packId of a change: the caller's key, or one that nobody repeats. */
export function packIdOf(c: Context): PackId {
  return idempotencyKeyOf(c) ?? (crypto.randomUUID() as PackId); // SAFETY: a UUID is printable ASCII
}

/** Of requests that change nothing, whose packId nobody looks up. */
export const HTTP = "http" as PackId; // SAFETY: printable ASCII

/** Does what no room decides once per key. The mailbox of a user whom it is about remembers the answer for a day. */
export async function once<T extends object>(
  deps: Deps,
  c: Context<Authenticated>,
  { about, asked, work }: { about: UserId; asked: object; work: () => Promise<T> },
): Promise<T> {
  const key = idempotencyKeyOf(c);
  if (key === undefined) return work();
  const room = mailboxRoom(c.get("principal").app, about);
  const call = { type: "replay", key, digest: digestOf(JSON.stringify([c.req.path, asked])) } as const;
  const known = unwrap(await deps.call(room, call)) as ReplayResult; // SAFETY: what `replay` answers with
  const answer = known.answer ?? JSON.stringify(await work());
  // Of two that came at the same time both get what was kept first.
  const kept = unwrap(await deps.call(room, { ...call, answer })) as ReplayResult; // SAFETY: as above
  return JSON.parse(kept.answer ?? answer) as T; // SAFETY: made of one
}
