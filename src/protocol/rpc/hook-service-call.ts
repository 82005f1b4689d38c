import { z } from "zod";
import { Content, ContentType } from "../content-type.ts";
import type { AppId, EndpointId } from "../ids.ts";

/** Asks a server of a third party. */
export type HookServiceCall = PostCall | DecideCall | DisabledCall;

/** Asks nobody: an endpoint was disabled, which whoever runs the deployment should hear of. Answers with nothing. */
export interface DisabledCall {
  readonly type: "disabled";
  readonly app: AppId;
  readonly endpointId: EndpointId;
  readonly why: "failing" | "gone";
}

/** One attempt to deliver an event. Answers with `PostResult`. */
export interface PostCall {
  readonly type: "post";
  readonly url: string;
  /** Each signs: while secrets change, the receiver may check with either. */
  readonly secrets: readonly string[];
  /** The same for every attempt. */
  readonly id: string;
  /** JSON */
  readonly body: string;
  readonly timeoutMs: number;
}

/** Why there is no answer. `forbidden`: the address is none that this deployment calls. */
export type NoAnswer = "refused" | "timeout" | "lost" | "forbidden";

export type PostResult = { readonly tookMs: number } & (
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Before it the receiver does not want to be asked again. */
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: "unanswered"; readonly why: NoAnswer }
);

/** Asks what is to become of messages that are on their way into a session. Answers with `DecideResult`. */
export interface DecideCall extends Omit<PostCall, "type"> {
  readonly type: "decide";
  /** Messages in the body. */
  readonly count: number;
}

/** What becomes of a message. */
export const Decision = z.discriminatedUnion("action", [
  z.object({ action: z.literal("allow") }),
  z.object({
    action: z.literal("reject"),
    /** The app's own, for its clients. */
    code: z.union([z.int(), z.string().max(64)]).optional(),
    reason: z.string().max(256).optional(),
  }),
  /** The message is stored with this content. */
  z.object({ action: z.literal("replace"), contentType: ContentType.optional(), content: Content }),
]);
export type Decision = z.infer<typeof Decision>;

/** `why`: there was no answer, or none that says what is to be done. */
export type DecideResult =
  | { readonly kind: "decided"; readonly decisions: readonly Decision[] }
  | { readonly kind: "unanswered"; readonly why: NoAnswer | "malformed" };
