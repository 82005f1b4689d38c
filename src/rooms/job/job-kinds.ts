import { digestOf } from "../../kernel/digest.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import { mailboxRoom, type RoomName, sessionRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, JobId, PackId, SessionId, UserId } from "../../protocol/ids.ts";
import { ERASED_USER, type Job } from "../../protocol/rpc/job-call.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, PurgeResult } from "../../protocol/rpc/session-call.ts";
import { noticeSessionId, singleSessionId } from "../../protocol/session-id.ts";

/** What a job asks of one target's room. */
export interface Item {
  readonly to: RoomName;
  readonly call: RoomCall;
}

export interface ItemOf<J extends Job> {
  readonly app: AppId;
  readonly job: J;
  readonly target: string;
  /** The same whenever this target is called, so that its room does it once. */
  readonly packId: PackId;
}

/** What is particular to one kind of job. */
interface JobKind<J extends Job> {
  /** Calls under way at once, where each of them is much work for its room. */
  readonly atOnce?: number;
  /** Of a job for everybody: the target that stands for a user; unless given, the user. Without one they are left out. */
  targetOf?(job: J, userId: UserId): string | undefined;
  itemOf(item: ItemOf<J>): Item;
  /** How the target's part ended, when its room answered; `undefined`: it has more to do, and is called again. */
  outcomeOf(value: unknown): Outcome | undefined;
}

const DONE: Outcome = { ok: true, value: null };

/** Of one message that was sent to a session. */
function outcomeOfAppend(value: unknown): Outcome {
  const [outcome] = value as AppendResult; // SAFETY: append answers with one result per item
  return outcome ?? failed(new ParleyError("SERVER_EXCEPTION"));
}

const KINDS: { readonly [Kind in Job["kind"]]: JobKind<Extract<Job, { readonly kind: Kind }>> } = {
  notice: {
    itemOf({ app, job: { sender, message }, target, packId }) {
      const sessionId = noticeSessionId(app, target as UserId); // SAFETY: whoever starts a notice gives it user ids
      const items = [{ packId, ...message }];
      return { to: sessionRoom(app, sessionId), call: { type: "append", by: "server", sender, items } };
    },
    outcomeOf: outcomeOfAppend,
  },
  broadcast: {
    targetOf: ({ sender }, userId) => (userId === sender ? undefined : singleSessionId(sender, userId)),
    itemOf({ app, job: { sender, message }, target, packId }) {
      const to = sessionRoom(app, target as SessionId); // SAFETY: whoever starts a broadcast gives it session ids
      return { to, call: { type: "append", by: "server", sender, items: [{ packId, ...message }] } };
    },
    outcomeOf: outcomeOfAppend,
  },
  push: {
    itemOf({ app, job: { notification }, target, packId }) {
      const userId = target as UserId; // SAFETY: whoever starts a push gives it user ids
      return { to: mailboxRoom(app, userId), call: { type: "push.notify", packId, notification } };
    },
    outcomeOf: () => DONE,
  },
  erase: {
    atOnce: 8,
    itemOf({ app, job: { userId, atMs, by }, target }) {
      if (target === ERASED_USER) return { to: mailboxRoom(app, userId), call: { type: "erase", atMs, by } };
      return { to: sessionRoom(app, target as SessionId), call: { type: "forget", userId } }; // SAFETY: whoever starts an erasure gives it session ids
    },
    outcomeOf(value) {
      const result = value as PurgeResult | null; // SAFETY: what `forget` answers with, or null for `erase`
      return result?.more ? undefined : DONE;
    },
  },
};

export function jobKindOf(job: Job): JobKind<Job> {
  return KINDS[job.kind];
}

/** Other targets have other packIds: together with its sender one names a single message of the app. */
export function packIdOf(jobId: JobId, target: string): PackId {
  return `${jobId}.${digestOf(target).toString(36)}` as PackId; // SAFETY: 41 printable characters at most
}
