import { z } from "zod";
import { HotSession, SessionAttributes } from "../entry.ts";
import { PackId, SessionId } from "../ids.ts";
import { MAX_SYNC_LIMIT } from "../limits.ts";

const inSession = { packId: PackId, sessionId: SessionId };
const { pinned, mutedUntil, draft, custom } = SessionAttributes.shape;

/** Changes the attributes that are given; `null` takes one away. */
export const SessionAttr = z.object({
  type: z.literal("session.attr"),
  ...inSession,
  attributes: z.object({
    pinned: pinned.nullable(),
    mutedUntil: mutedUntil.nullable(),
    draft: draft.nullable(),
    custom: custom.nullable(),
  }),
});
export const SessionAttrResult = z.strictObject(SessionAttributes.shape);

/** Takes a session off the list until its next message or notice. */
export const SessionHide = z.object({ type: z.literal("session.hide"), ...inSession });

/** Sessions by last activity, the most recent first; hidden ones are left out. */
export const SessionList = z.object({
  type: z.literal("session.list"),
  packId: PackId,
  /** `next` of the page before. */
  before: z.string().max(256).optional(),
  limit: z.int().min(1).max(MAX_SYNC_LIMIT).optional(),
});
export const SessionListResult = z.object({
  sessions: z.array(HotSession),
  /** Of all sessions, not only of this page: the number on the application's icon. */
  unreadTotal: z.int(),
  next: z.string().optional(),
});
