import type { UserId } from "../ids.ts";
import type { PushNotification } from "./push-call.ts";
import type { AppendItem, Verdict } from "./session-call.ts";

/** The same message into the business notices of many users. The targets are user ids. */
export interface NoticeJob {
  readonly kind: "notice";
  readonly sender: UserId;
  readonly message: Omit<AppendItem, "packId">;
}

/** The same push to many users. The targets are user ids. */
export interface NotifyJob {
  readonly kind: "push";
  readonly notification: PushNotification;
}

/** The same message into many sessions, in the name of one user. The targets are session ids. */
export interface BroadcastJob {
  readonly kind: "broadcast";
  readonly sender: UserId;
  readonly message: Omit<AppendItem, "packId">;
}

/** Forgets a user. The targets are the sessions in which they wrote, and `user`: their mailbox. */
export interface EraseJob {
  readonly kind: "erase";
  readonly userId: UserId;
  /** When it was asked for, ms since 1970, and by whom. */
  readonly atMs: number;
  readonly by: string;
}

/** The target of an erasure that is no session. */
export const ERASED_USER = "user";

/** One call to many rooms. What is called, for each target, follows from the kind. */
export type Job = NoticeJob | NotifyJob | BroadcastJob | EraseJob;

/** Calls to a job room. All of them answer with `JobProgress`. */
export type JobCall =
  /** The room's id says which job it is, so it may be repeated; something else under the same id is a `PACK_CONFLICT`. */
  | {
      readonly type: "start";
      readonly job: Job;
      /** `all`: every user of the app. */
      readonly targets: readonly string[] | "all";
      /** What the app decided about the job's message. It changes nothing of a job that is started already. */
      readonly verdict?: Verdict | undefined;
    }
  | { readonly type: "progress" }
  /** Starts nothing any more. May be repeated; a job that is done stays done. */
  | { readonly type: "cancel" };
