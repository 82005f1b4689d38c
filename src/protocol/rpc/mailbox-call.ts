import { z } from "zod";
import type { EntryFrame, ObservedFrame, PassingFrame } from "../down.ts";
import type { Presence } from "../frames/device.ts";
import type { Relation } from "../frames/friend.ts";
import type { Invitation } from "../frames/group.ts";
import type { GroupId, PackId, UserId } from "../ids.ts";
import type { ImportedCall } from "./import-call.ts";
import type { Operator } from "./operator.ts";
import type { PushCall, PushLogCall, PushNotifyCall } from "./push-call.ts";
import type { PushUnclaimCall } from "./push-token-call.ts";
import type { SessionCall } from "./session-call.ts";
import type { Stance } from "./stance.ts";

/** Why a user is kept out, and until when. */
export const Ban = z.object({
  reason: z.string().max(256).optional(),
  /** ms since 1970; without it until it is lifted. */
  until: z.int().min(0).optional(),
});
export type Ban = z.infer<typeof Ban>;

/** Calls to a mailbox room, from other rooms and from routes. */
export type MailboxCall =
  /** Durable before it answers; entries at or below the stored lastSeqId are ignored, so it may be repeated. */
  | { readonly type: "deliver"; readonly frame: EntryFrame }
  /** Of an observation of the user, which its start numbered. As durable, and as repeatable. */
  | { readonly type: "observed"; readonly observation: number; readonly frame: ObservedFrame }
  | ImportedCall
  /** Nothing: a room that has much to do calls itself, and goes on with the answer. */
  | { readonly type: "yield" }
  /** For the devices that are online now. */
  | { readonly type: "signal"; readonly frame: PassingFrame }
  | StanceCall
  | RelateCall
  | InvitationCall
  /**
   * Tells `by`, who is a friend, how the user's presence is, and from now on, unless it is asked for `once`, when it changes.
   * Answers with `PresenceNews`, or null.
   */
  | { readonly type: "follow"; readonly by: UserId; readonly once?: true }
  /** What somebody whom the user follows tells. Answers whether a connection still wants to know. */
  | { readonly type: "presence"; readonly news: PresenceNews }
  /** How the user's presence is, for a server key. Answers with `Presence`. */
  | { readonly type: "lookPresence" }
  | ReplayCall
  /** Keeps the user out, or with null lets them in again. May be repeated. `by`: who, for the audit. Answers with the ban. */
  | { readonly type: "ban"; readonly ban: Ban | null; readonly by: string }
  /** The ban that holds now, or null. */
  | { readonly type: "standing" }
  /**
   * Forgets the user: nothing of them is left here, tokens from before count no longer, and until they are heard of again what is
   * delivered is forgotten as well. May be repeated: what came after `atMs`, when it was asked for, stays.
   */
  | Erasure
  | PushCall
  | PushUnclaimCall
  | PushNotifyCall
  | PushLogCall
  /** A page of the relations, like `friend.sync`. */
  | { readonly type: "relations"; readonly since: number; readonly limit: number | undefined }
  /** The profile, as far as `by` may see it. */
  | { readonly type: "profile"; readonly by: Operator };

/** Asked for by an administrator, who is written down for it. */
export interface Erasure {
  readonly type: "erase";
  readonly atMs: number;
  readonly by: string;
}

/** Newer news of the same user have a greater version. */
export interface PresenceNews {
  readonly version: number;
  readonly presence: Presence;
}

/** The user is invited, or without `invitation` not any more. Older versions are ignored; they grow with the group's changes. */
export interface InvitationCall {
  readonly type: "invitation";
  readonly groupId: GroupId;
  readonly version: number;
  readonly invitation?: Omit<Invitation, "groupId">;
}

/** What `from` wants of this user, as of now. Older ones are ignored. Answers with `StanceResult`. */
export interface StanceCall {
  readonly type: "stance";
  readonly from: UserId;
  readonly stance: Stance;
  readonly greeting?: string | undefined;
}

export interface StanceResult {
  /** What this user wants of `from`. */
  readonly stance: Stance;
  /** The wish ended because this user blocks `from`. */
  readonly blocked: boolean;
}

/** Makes or ends a friendship in the name of the user; no consent is needed. Answers with `RelateResult`. */
export interface RelateCall {
  readonly type: "relate";
  readonly op: "add" | "remove";
  readonly userId: UserId;
  readonly remark?: string | undefined;
}

/** The calls are made by this room as well, until they are answered; whoever makes them at once knows that it is done. */
export interface RelateResult {
  readonly relation: Relation;
  readonly toSession: SessionCall;
  readonly toOther: StanceCall;
}

/** What a route answered to a key of the user, or with `answer` has to answer now. Answers with `ReplayResult`. */
export interface ReplayCall {
  readonly type: "replay";
  readonly key: PackId;
  /** Of what is asked. With another one the key is a `PACK_CONFLICT`. */
  readonly digest: number;
  readonly answer?: string;
}

export interface ReplayResult {
  /** What is to be answered, if that is known. */
  readonly answer: string | undefined;
}
