import { z } from "zod";
import { Content, ContentType } from "./content-type.ts";
import { SessionId, UserId } from "./ids.ts";
import { MAX_MENTIONS, MAX_PUSH_DATA, MAX_REACTION_LENGTH } from "./limits.ts";

/** Who is called by name. `all` needs the right to it: owner and admins of a group. */
export const Mentions = z.object({
  users: z.array(UserId).min(1).max(MAX_MENTIONS).optional(),
  all: z.literal(true).optional(),
});
export type Mentions = z.infer<typeof Mentions>;

/**
 * The message that is answered, with the quoted part of its text (UTF-16 units). A reference and not a copy, so that
 * a recalled message is not read on in its quotes.
 */
export const ReplyTo = z.object({
  seqId: z.int().min(1),
  quote: z.object({ offset: z.int().min(0), length: z.int().min(1) }).optional(),
});

/** Where a forwarded message came from, as its sender says. */
export const Forwarded = z.object({ sessionId: SessionId, seqId: z.int().min(1), from: UserId });

export const PushData = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((data) => Object.keys(data).length <= MAX_PUSH_DATA, `at most ${MAX_PUSH_DATA} names`);

/** What a phone shows instead of what the server would make of the content. */
export const PushInfo = z.object({
  title: z.string().max(128).optional(),
  body: z.string().max(512).optional(),
  /** What the app opens on a tap. */
  uri: z.string().max(1_024).optional(),
  /** For the app, under names of its own. */
  data: PushData.optional(),
  /** No push at all. */
  silent: z.literal(true).optional(),
});
export type PushInfo = z.infer<typeof PushInfo>;

/** What a sender may say of a message besides its content. */
export const MessageOptions = z.object({
  replyTo: ReplyTo.optional(),
  mentions: Mentions.optional(),
  forwarded: Forwarded.optional(),
  /** Every member's mailbox keeps it as a priority entry. */
  priority: z.literal("high").optional(),
  /** It does not add to anybody's unread count. */
  uncounted: z.literal(true).optional(),
  push: PushInfo.optional(),
});
export type MessageOptions = z.infer<typeof MessageOptions>;

/** Why there is no content any more. */
export const Gone = z.object({
  /** `hidden`: only for the user who reads this. */
  as: z.enum(["recalled", "deleted", "expired", "hidden"]),
  by: UserId,
  at: z.int(),
});
export type Gone = z.infer<typeof Gone>;

export const Reaction = z.string().min(1).max(MAX_REACTION_LENGTH);

const target = {
  /** seqId of the message that it is about. */
  target: z.int().min(1),
  targetFrom: UserId,
};
const end = {
  ...target,
  /** The message was counted as unread: whoever has not read it has one less. */
  uncounts: z.literal(true).optional(),
  /** Whom the message mentioned, for the same reason. */
  mentions: Mentions.optional(),
};
const replacement = { ...target, contentType: ContentType, content: Content };

/** What was done to a message, or to many. Who did it is the entry's `from`. */
export const Control = z.discriminatedUnion("op", [
  z.object({ op: z.literal("recall"), ...end }),
  z.object({ op: z.literal("delete"), ...end }),
  z.object({ op: z.literal("expire"), ...end }),
  z.object({ op: z.literal("override"), ...replacement }),
  /** A streamed message is complete. */
  z.object({ op: z.literal("finish"), ...replacement }),
  z.object({ op: z.literal("react"), ...target, reaction: Reaction }),
  z.object({ op: z.literal("unreact"), ...target, reaction: Reaction }),
  z.object({ op: z.literal("pin"), ...target }),
  z.object({ op: z.literal("unpin"), ...target }),
  /**
   * Messages of (after, upTo], or of them those of one sender, lost their content. They count as they did: who has not read
   * them has no fewer unread.
   */
  z.object({
    op: z.literal("purge"),
    as: z.enum(["deleted", "expired"]),
    after: z.int().min(0),
    upTo: z.int().min(1),
    sender: UserId.optional(),
  }),
]);
export type Control = z.infer<typeof Control>;
