import type { Entry, Notice } from "../protocol/entry.ts";
import type { AppId, SessionId, UserId } from "../protocol/ids.ts";
import { userOfNotices, usersOfSingle } from "../protocol/session-id.ts";

/** A row of `memberships` as it comes in: where one begins, or a notice that ends it. */
export type MembershipRow = readonly [user: UserId | typeof EVERYBODY, fromSeq: number, toSeq: number | null];

/** Stands for all members of a group that was dismissed. */
export const EVERYBODY = "";

/** What the entries of a batch say about who belongs to the session, since when and until when. */
export function membershipsIn(app: AppId, sessionId: SessionId, entries: readonly Entry[]): MembershipRow[] {
  const notices = userOfNotices(app, sessionId);
  const users = new Set(notices === undefined ? usersOfSingle(sessionId) : [notices]);
  const born = [...users].map((user): MembershipRow => [user, 1, null]);
  return [
    ...born,
    ...entries.flatMap((entry) => (entry.kind === "notice" ? changesOf(entry.notice, entry.seqId) : [])),
  ];
}

function changesOf(notice: Notice, seqId: number): MembershipRow[] {
  switch (notice.event) {
    case "created":
    case "joined":
      return notice.users.map((user): MembershipRow => [user, seqId, null]);
    case "quit":
    case "removed":
    case "banned":
      return notice.users.map((user): MembershipRow => [user, seqId, seqId]);
    case "dismissed":
      return [[EVERYBODY, seqId, seqId]];
    case "updated":
    case "transferred":
    case "role":
    case "muted":
    case "mutedAll":
    case "unbanned":
    case "nickname":
      return [];
    default:
      return notice satisfies never;
  }
}
