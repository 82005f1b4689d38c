import { decideCallOf, hookOf, type Question, verdictsIn } from "../kernel/before-send.ts";
import type { AppId, SessionId, UserId } from "../protocol/ids.ts";
import type { AppendItem, Verdict } from "../protocol/rpc/session-call.ts";
import type { Deps } from "./deps.ts";

/** What a server of the app is about to store. */
export interface ServerSaid extends Omit<Question, "about"> {
  /** Where, in each of them. */
  readonly sessions: readonly SessionId[];
  /** In the sessions of all users, of which `sessions` has one that is like them. */
  readonly everybody?: boolean;
}

/**
 * What the app says of what its own servers send, where it wants to be asked about that, too: a verdict for each of the
 * messages. It is for the room that stores them: what is stored already is answered as ever.
 */
export async function verdictsOn(
  deps: Deps,
  { sessions, everybody, ...said }: ServerSaid,
): Promise<readonly (Verdict | undefined)[]> {
  const settings = await deps.settings(said.app);
  if (settings.beforeSend?.serverKeys !== true) return [];
  const hook = sessions.map((sessionId) => hookOf(settings, sessionId)).find((one) => one !== undefined);
  if (hook === undefined) return [];
  const about = everybody ? ({ sessions: "all" } as const) : aboutOf(sessions);
  const outcome = await deps.decide(decideCallOf(hook, { ...said, about }, deps.clock.nowMs()));
  return verdictsIn(outcome, hook, said.messages.length);
}

function aboutOf(sessions: readonly SessionId[]): Question["about"] {
  const [only] = sessions;
  return sessions.length === 1 && only !== undefined ? { sessionId: only } : { sessions: sessions.length };
}

interface Sent {
  readonly app: AppId;
  readonly sender: UserId;
  readonly sessionId: SessionId;
}

/** The items with what the app says of them: one question, however many they are. */
export async function judged(deps: Deps, sent: Sent, items: readonly AppendItem[]): Promise<AppendItem[]> {
  const { app, sender: from, sessionId } = sent;
  const verdicts = await verdictsOn(deps, { app, from, sessions: [sessionId], messages: items });
  return items.map((item, index) => ({ ...item, verdict: verdicts[index] }));
}
