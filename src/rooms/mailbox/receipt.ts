import type { HotSession } from "../../protocol/entry.ts";

/** What of a session is on a device of the user, and what its room was told of that. */
export interface Receipt {
  readonly receivedSeqId: number;
  /** What the session room knows; what it can see in its log counts as well. */
  readonly reportedRead: number;
  readonly reportedReceived: number;
}

/** How far a session room knows the user to be. */
export interface Reported {
  readonly read: number;
  readonly received: number;
}

/** Of a session that begins: its room knows where. */
export function receiptFrom({ readSeqId }: Pick<HotSession, "readSeqId">): Receipt {
  return { receivedSeqId: readSeqId, reportedRead: readSeqId, reportedReceived: readSeqId };
}

/** The session room knows this much. Answers may come late, so it never goes back. */
export function reported(receipt: Receipt, { read, received }: Reported): Receipt {
  return {
    ...receipt,
    reportedRead: Math.max(receipt.reportedRead, read),
    reportedReceived: Math.max(receipt.reportedReceived, received),
  };
}

/** What is read has been received. */
export function receivedOf(readSeqId: number, { receivedSeqId }: Receipt): number {
  return Math.max(receivedSeqId, readSeqId);
}

export function isUnreported({ readSeqId, member }: HotSession, receipt: Receipt): boolean {
  if (!member) return false;
  return readSeqId > receipt.reportedRead || receivedOf(readSeqId, receipt) > receipt.reportedReceived;
}
