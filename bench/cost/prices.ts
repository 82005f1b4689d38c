/** List prices of Cloudflare Workers and Durable Objects beyond what the paid plan includes, in US dollars per million. */
const PER_MILLION = {
  /** Calls to an object, alarm runs; an incoming WebSocket message is a twentieth. */
  requests: 0.15,
  gigabyteSeconds: 12.5,
  rowsWritten: 1.0,
  rowsRead: 0.001,
} as const;

const INCOMING_PER_REQUEST = 20;
const OBJECT_GIGABYTES = 0.128;

/** What was used up per message. */
export interface Usage {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly calls: number;
  readonly alarmRuns: number;
  readonly incomingFrames: number;
  readonly objectSeconds: number;
}

export function dollarsPerMillion(usage: Usage): { requests: number; rows: number; duration: number; total: number } {
  const { calls, alarmRuns, incomingFrames } = usage;
  const requests = (calls + alarmRuns + incomingFrames / INCOMING_PER_REQUEST) * PER_MILLION.requests;
  const rows = usage.rowsWritten * PER_MILLION.rowsWritten + usage.rowsRead * PER_MILLION.rowsRead;
  const duration = usage.objectSeconds * OBJECT_GIGABYTES * PER_MILLION.gigabyteSeconds;
  return { requests, rows, duration, total: requests + rows + duration };
}
