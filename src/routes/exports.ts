import { z } from "zod";
import { mailboxRoom } from "../kernel/room-name.ts";
import { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import { Relation } from "../protocol/frames/friend.ts";
import type { HistoryResult } from "../protocol/frames/message.ts";
import { Profile } from "../protocol/frames/user.ts";
import { type AppId, SessionId, type UserId } from "../protocol/ids.ts";
import { MAX_HISTORY_LIMIT, MAX_PAGE_LIMIT, MAX_SYNC_LIMIT } from "../protocol/limits.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Ask } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { readSession } from "./session-history.ts";

export const EntryLine = z.object({ type: z.literal("entry"), sessionId: SessionId, entry: Entry });
export type EntryLine = z.infer<typeof EntryLine>;

/** A line of what is exported of a user: first who they are, then each session with what they may read there. */
export const UserLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("profile"), profile: Profile }),
  z.object({ type: z.literal("relation"), relation: Relation }),
  z.object({ type: z.literal("session"), session: HotSession }),
  EntryLine,
]);
export type UserLine = z.infer<typeof UserLine>;

type ReadPage = (after: number) => Promise<HistoryResult>;

/** Every entry of a session after `after`, as a server key reads it. */
export function sessionPages(
  deps: Deps,
  { app, sessionId }: { readonly app: AppId; readonly sessionId: SessionId },
  after: number,
): AsyncGenerator<EntryLine[]> {
  const read: ReadPage = (from) => readSession(deps, { app, sessionId }, { after: from, limit: MAX_HISTORY_LIMIT });
  return entryPages(sessionId, read, after);
}

/** What is kept of a user and what they may read, asked as they would ask. */
export async function* userPages(
  deps: Deps,
  { app, userId }: { readonly app: AppId; readonly userId: UserId },
  ask: Ask,
): AsyncGenerator<UserLine[]> {
  const call = { type: "profile", by: { kind: "server" } } as const;
  const profile = unwrap(await deps.call(mailboxRoom(app, userId), call)) as Profile; // SAFETY: what `profile` answers with
  yield [{ type: "profile", profile }];
  yield* relationPages(ask);
  for (let since = 0, more = true; more; ) {
    const page = await ask({ type: "sync.sessions", packId: HTTP, since, limit: MAX_SYNC_LIMIT });
    for (const session of page.sessions) {
      yield [{ type: "session", session }];
      yield* readablePages(session.sessionId as SessionId, ask); // SAFETY: the mailbox keeps no other ids
    }
    ({ version: since, more } = page);
  }
}

async function* relationPages(ask: Ask): AsyncGenerator<UserLine[]> {
  for (let since = 0, more = true; more; ) {
    const page = await ask({ type: "friend.sync", packId: HTTP, since, limit: MAX_PAGE_LIMIT });
    yield page.relations.map((relation) => ({ type: "relation", relation }));
    ({ version: since, more } = page);
  }
}

/** Of a group that the user has left, or that is dismissed, they may read nothing. */
async function* readablePages(sessionId: SessionId, ask: Ask): AsyncGenerator<EntryLine[]> {
  const read: ReadPage = (after) =>
    ask({ type: "history.pull", packId: HTTP, sessionId, after, limit: MAX_HISTORY_LIMIT });
  try {
    yield* entryPages(sessionId, read, 0);
  } catch (error) {
    if (!(error instanceof ParleyError) || !isForbidden(error)) throw error;
  }
}

function isForbidden({ errorName }: ParleyError): boolean {
  return errorName === "HISTORY_FORBIDDEN" || errorName === "NO_SUCH_GROUP";
}

async function* entryPages(sessionId: SessionId, read: ReadPage, from: number): AsyncGenerator<EntryLine[]> {
  for (let after = from, more = true; more; ) {
    const page = await read(after);
    yield page.entries.map((entry) => ({ type: "entry", sessionId, entry }));
    after = page.entries.at(-1)?.seqId ?? after;
    more = page.more;
  }
}
