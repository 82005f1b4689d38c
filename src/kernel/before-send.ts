import { hashedId } from "../protocol/hashed-id.ts";
import type { AppId, PackId, SessionId, UserId } from "../protocol/ids.ts";
import type { AppSettings, BeforeSend } from "../protocol/rpc/app-settings.ts";
import type { DecideCall, DecideResult, Decision } from "../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { Verdict } from "../protocol/rpc/session-call.ts";
import { isOfKind } from "../protocol/session-id.ts";

/** Whoever wants to be asked before something is stored in this session. */
export function hookOf({ beforeSend: hook }: AppSettings, sessionId: SessionId): BeforeSend | undefined {
  return hook !== undefined && isOfKind(sessionId, hook.sessions) ? hook : undefined;
}

/** What the app is to decide about: it is shown to it as it stands here. */
interface Shown {
  readonly packId: PackId;
}

export interface Question {
  readonly app: AppId;
  /** Not there of an edit by a server key that names nobody. */
  readonly from?: UserId | undefined;
  /** Where it is to be stored, in each of them. */
  readonly about: { readonly sessionId: SessionId } | { readonly sessions: number | "all" };
  readonly messages: readonly Shown[];
}

/** One question to `@hook`, whatever the number of messages. */
export function decideCallOf(hook: BeforeSend, { app, from, about, messages }: Question, nowMs: number): DecideCall {
  const timestamp = new Date(nowMs).toISOString();
  return {
    type: "decide",
    url: hook.url,
    secrets: signing(hook, nowMs),
    id: `msg_${hashedId([app, from ?? "", JSON.stringify(about), ...messages.map(({ packId }) => packId)])}`,
    body: JSON.stringify({ type: "message.beforeSend", timestamp, data: { ...about, from, messages } }),
    timeoutMs: hook.timeoutMs,
    count: messages.length,
  };
}

function signing({ secret, oldSecret }: BeforeSend, nowMs: number): string[] {
  return oldSecret !== undefined && oldSecret.untilMs > nowMs ? [secret, oldSecret.text] : [secret];
}

/** What was decided about each of `count` messages; without an answer that is what the hook says of it. */
export function verdictsIn(outcome: Outcome, hook: BeforeSend, count: number): (Verdict | undefined)[] {
  const result = outcome.ok ? (outcome.value as DecideResult) : undefined; // SAFETY: what the service answers with
  const decisions = result?.kind === "decided" ? result.decisions : undefined;
  const unanswered: Verdict = { kind: "refused", error: "HOOK_UNANSWERED" };
  const otherwise = hook.onFailure === "closed" ? unanswered : undefined;
  return Array.from({ length: count }, (_, index) => (decisions ? verdictOf(decisions[index]) : otherwise));
}

function verdictOf(decision: Decision | undefined): Verdict | undefined {
  switch (decision?.action) {
    case "reject": {
      const detail = [decision.code, decision.reason].filter((part) => part !== undefined).join(" ");
      return { kind: "refused", error: "HOOK_REJECTED", ...(detail === "" ? {} : { detail }) };
    }
    case "replace":
      return { kind: "replaced", contentType: decision.contentType, content: decision.content };
    default:
      return undefined;
  }
}
