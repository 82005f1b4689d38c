import { z } from "zod";
import { PackId, SessionId } from "../ids.ts";

const inSession = { packId: PackId, sessionId: SessionId };

/** Follows a session without being a member, with a token that has the scope `observe`. Written down in the session's audit. */
export const MonitorStart = z.object({ type: z.literal("monitor.start"), ...inSession });
export const MonitorStop = z.object({ type: z.literal("monitor.stop"), ...inSession });
export const MonitorSync = z.object({ type: z.literal("monitor.sync"), packId: PackId });
export const Observed = z.object({
  sessionId: SessionId,
  /** It is followed from here on; what was before is there to be pulled. */
  sinceSeqId: z.int(),
  lastSeqId: z.int(),
});
export type Observed = z.infer<typeof Observed>;
export const MonitorSyncResult = z.object({ sessions: z.array(Observed) });
/** Where following begins or ended. */
export const MonitorResult = z.object({ seqId: z.int() });
