import { sessionRoom } from "../kernel/room-name.ts";
import type { HistoryPull, HistoryResult } from "../protocol/frames/message.ts";
import type { AppId, SessionId } from "../protocol/ids.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { trimmedIn, withArchived } from "../protocol/trimmed.ts";
import type { Deps } from "./deps.ts";

interface Session {
  readonly app: AppId;
  readonly sessionId: SessionId;
}

/** A page of a session, as a server key reads it: the room's, with what it has let go of from the archive. */
export async function readSession(
  deps: Deps,
  { app, sessionId }: Session,
  range: Pick<HistoryPull, "before" | "after" | "limit">,
): Promise<HistoryResult> {
  const call = { type: "history", by: { kind: "server" }, ...range } as const;
  const page = unwrap(await deps.call(sessionRoom(app, sessionId), call)) as HistoryResult; // SAFETY: history answers with a page
  const seqIds = trimmedIn(page, range);
  if (seqIds.length === 0) return page;
  return unwrap(withArchived(page, range, await deps.archive({ type: "entries", app, sessionId, seqIds })));
}
