import type { CallTag } from "../../kernel/effects.ts";
import type { MsgSend } from "../../protocol/frames/message.ts";
import { hashedId } from "../../protocol/hashed-id.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { BeforeSend as Hook } from "../../protocol/rpc/app-settings.ts";
import type { DecideCall, DecideResult, Decision } from "../../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";
import type { Mailbox } from "./feature.ts";

const KIND_OF_PREFIX = { SC: "single", GC: "group", BM: "notice" } as const;

/** Asks the app, when it wants to be asked, what is to become of messages before they are stored. */
export class BeforeSend {
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  /** The hook that messages of this session wait for. */
  hookFor(sessionId: SessionId): Hook | undefined {
    const hook = this.#mailbox.settings().beforeSend;
    if (hook === undefined) return undefined;
    const prefix = sessionId.slice(0, 2) as keyof typeof KIND_OF_PREFIX; // SAFETY: ids of sessions have no others
    return hook.sessions.includes(KIND_OF_PREFIX[prefix]) ? hook : undefined;
  }

  ask(hook: Hook, sessionId: SessionId, { frames, tag }: { frames: readonly MsgSend[]; tag: CallTag }): void {
    const { app, me, clock, effects } = this.#mailbox;
    const messages = frames.map(({ type: _, sessionId: __, ...message }) => message);
    const timestamp = new Date(clock.nowMs()).toISOString();
    const body = JSON.stringify({ type: "message.beforeSend", timestamp, data: { sessionId, from: me, messages } });
    const call: DecideCall = {
      type: "decide",
      url: hook.url,
      secrets: signing(hook, clock.nowMs()),
      id: `msg_${hashedId([app, me, sessionId, ...frames.map(({ packId }) => packId)])}`,
      body,
      timeoutMs: hook.timeoutMs,
      count: frames.length,
    };
    effects.call("@hook", call, tag);
  }
}

function signing({ secret, oldSecret }: Hook, nowMs: number): string[] {
  return oldSecret !== undefined && oldSecret.untilMs > nowMs ? [secret, oldSecret.text] : [secret];
}

/** What was decided about each of the messages; without an answer that is what the hook says of it. */
export function verdictsIn(outcome: Outcome, frames: readonly MsgSend[], hook: Hook): (Verdict | undefined)[] {
  const result = outcome.ok ? (outcome.value as DecideResult) : undefined; // SAFETY: what the service answers with
  if (result?.kind === "decided") return frames.map((frame, index) => verdictOf(frame, result.decisions[index]));
  const unanswered: Verdict = { kind: "refused", error: "HOOK_UNANSWERED" };
  return frames.map(() => (hook.onFailure === "closed" ? unanswered : undefined));
}

function verdictOf({ contentType }: MsgSend, decision: Decision | undefined): Verdict | undefined {
  switch (decision?.action) {
    case "reject": {
      const detail = [decision.code, decision.reason].filter((part) => part !== undefined).join(" ");
      return { kind: "refused", error: "HOOK_REJECTED", ...(detail === "" ? {} : { detail }) };
    }
    case "replace":
      return { kind: "replaced", contentType: decision.contentType ?? contentType, content: decision.content };
    default:
      return undefined;
  }
}
