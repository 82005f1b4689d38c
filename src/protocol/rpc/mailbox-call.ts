import type { EntryFrame } from "../down.ts";

/** Calls to a mailbox room, from session rooms only. */
export type MailboxCall =
  /** Durable before it answers; entries at or below the stored lastSeqId are ignored, so it may be repeated. */
  { readonly type: "deliver"; readonly frame: EntryFrame };
