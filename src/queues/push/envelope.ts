import type { PushMessage, PushWithdrawal } from "./provider.ts";

/** What an app finds under the key `parley` of a push, whoever carried it. `sessionId` and `seqId` say which message it is about. */
export interface Envelope {
  readonly kind: "message" | "withdraw";
  readonly sessionId?: string;
  readonly seqId?: number;
  readonly badge: number;
  /** Of the notification that is shown, or that is to be removed. */
  readonly collapseId: string;
  readonly uri?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export function messageEnvelope({ sessionId, seqId, badge, collapseId, uri, data }: PushMessage): Envelope {
  const about = { ...(sessionId !== undefined && { sessionId }), ...(seqId !== undefined && { seqId }) };
  const hasData = Object.keys(data).length > 0;
  return { kind: "message", ...about, badge, collapseId, ...(uri !== undefined && { uri }), ...(hasData && { data }) };
}

export function withdrawalEnvelope({ sessionId, seqId, badge, collapseId }: PushWithdrawal): Envelope {
  return { kind: "withdraw", sessionId, seqId, badge, collapseId };
}
