import type { EntryFrame, PassingFrame } from "../down.ts";

/** Calls to a mailbox room, from other rooms and from routes. */
export type MailboxCall =
  /** Durable before it answers; entries at or below the stored lastSeqId are ignored, so it may be repeated. */
  | { readonly type: "deliver"; readonly frame: EntryFrame }
  /** Nothing: a room that has much to do calls itself, and goes on with the answer. */
  | { readonly type: "yield" }
  /** For the devices that are online now. */
  | { readonly type: "signal"; readonly frame: PassingFrame };
