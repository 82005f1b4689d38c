/** What the driver process is asked to do, as JSON in its first argument. */
export type Job = ChatJob | StormJob | HttpJob;

/** Users that talk: in one group, or in pairs. */
export interface ChatJob {
  readonly kind: "chat";
  readonly url: string;
  /** Process whose processor time is read; `undefined` where the server is several. */
  readonly serverPid: number | undefined;
  readonly shape: { readonly group: number; readonly senders: number } | { readonly pairs: number };
  /** Unacknowledged messages per sender at saturation. */
  readonly window: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Share of the saturation throughput at which latency is measured; 0 leaves it out. */
  readonly pacedShare: number;
}

/** Connections that all open at once and then stay, doing nothing. */
export interface StormJob {
  readonly kind: "storm";
  readonly url: string;
  readonly connections: number;
  /** Every user of this job is named after it. */
  readonly prefix: string;
}

/** Callers that send messages over HTTP with a server key. */
export interface HttpJob {
  readonly kind: "http";
  readonly url: string;
  readonly key: string;
  /** Messages in a request. */
  readonly batch: number;
  /** Requests under way at once. */
  readonly callers: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Load extends Latency {
  /** Messages per second that were acknowledged. */
  readonly acksPerSecond: number;
  /** Entries per second that reached a socket; the sender's own counts, it is sent like the others. */
  readonly deliveriesPerSecond: number;
  /** Processor time of the server per acknowledged message. Other load on the machine disturbs it less than it does the rates. */
  readonly cpuMicros: number | undefined;
}

export interface ChatResult {
  readonly saturated: Load;
  readonly paced: Load | undefined;
}

/** The latencies are those of requests. */
export interface HttpResult extends Latency {
  readonly messagesPerSecond: number;
}

export interface StormResult extends Latency {
  readonly seconds: number;
}

/** The storm's process lives on, holding its sockets, until its standard input ends. */
export const RESULT_PREFIX = "result ";
