import type { AppId, GroupId, SessionId, UserId } from "./ids.ts";

const escapeUser = (userId: UserId): string => userId.replaceAll("_", "~");
const unescapeUser = (part: string): UserId => part.replaceAll("~", "_") as UserId; // SAFETY: SessionId's pattern leaves only UserId characters and ~

/** The session of two users; the same for both. A user may talk to themself (notes to self). */
export function singleSessionId(a: UserId, b: UserId): SessionId {
  const [low, high] = a < b ? [a, b] : [b, a];
  return `SC_${escapeUser(low)}_${escapeUser(high)}` as SessionId; // SAFETY: matches the pattern by construction
}

/**
 * The two users of a single chat, `undefined` for another kind of session.
 * Also `undefined` when the parts are not in string order: such an id names no session, so that a pair has exactly one.
 */
export function usersOfSingle(sessionId: SessionId): readonly [UserId, UserId] | undefined {
  if (!sessionId.startsWith("SC_")) return undefined;
  const [a, b] = sessionId.slice(3).split("_");
  if (a === undefined || b === undefined) return undefined;
  const [low, high] = [unescapeUser(a), unescapeUser(b)];
  return low <= high ? [low, high] : undefined;
}

export function isGroup(sessionId: SessionId): sessionId is SessionId & GroupId {
  return sessionId.startsWith("GC_");
}

/** The business notices of an app to one of its users. */
export function noticeSessionId(app: AppId, userId: UserId): SessionId {
  return `BM_${app}_${escapeUser(userId)}` as SessionId; // SAFETY: matches the pattern by construction
}

/** The user of a business notice session of this app, `undefined` for any other session. */
export function userOfNotices(app: AppId, sessionId: SessionId): UserId | undefined {
  const prefix = `BM_${app}_`;
  return sessionId.startsWith(prefix) ? unescapeUser(sessionId.slice(prefix.length)) : undefined;
}

/** Single chats, groups, business notices. */
export const SESSION_KINDS = ["single", "group", "notice"] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** How ids of sessions begin. */
export const PREFIX_OF_KIND = { single: "SC", group: "GC", notice: "BM" } as const satisfies Record<
  SessionKind,
  string
>;

/** Whether the session is of one of these kinds. */
export function isOfKind(sessionId: SessionId, kinds: readonly SessionKind[]): boolean {
  return kinds.some((kind) => sessionId.startsWith(`${PREFIX_OF_KIND[kind]}_`));
}
