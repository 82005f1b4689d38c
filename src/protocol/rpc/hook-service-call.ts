/** Asks a server of a third party. */
export type HookServiceCall = PostCall;

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
