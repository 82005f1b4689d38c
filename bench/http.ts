import { NATIVE_HOSTS, SERVER_KEYS } from "../test/support/server-process.ts";
import type { HttpResult } from "./driver/job.ts";
import { http, startParley } from "./processes.ts";

const BATCHES = [1, 100] as const;
const DURATIONS = { warmUpMs: 2_000, measureMs: 4_000 };
/** One at a time for latency, many for throughput. */
const CALLERS = { 1: [1, 64], 100: [1, 8] } as const;

export interface HttpFigure extends HttpResult {
  readonly host: string;
  readonly batch: number;
  readonly callers: number;
}

/** Messages that a third party's server sends over HTTP. */
export async function httpFigures(): Promise<HttpFigure[]> {
  const figures: HttpFigure[] = [];
  for (const host of NATIVE_HOSTS) {
    const target = await startParley(host);
    try {
      for (const batch of BATCHES)
        for (const callers of CALLERS[batch]) {
          const job = { kind: "http", url: target.url, key: SERVER_KEYS.main, batch, callers, ...DURATIONS } as const;
          figures.push({ host, batch, callers, ...(await http(job)) });
        }
    } finally {
      await target.dispose();
    }
  }
  return figures;
}
