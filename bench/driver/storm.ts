import type { StormJob, StormResult } from "./job.ts";
import { Latencies } from "./latencies.ts";
import { Peer } from "./peer.ts";

/** All connections at once; each counts from the start of the storm until its first sync is answered. */
export async function runStorm({ url, connections, prefix }: StormJob): Promise<StormResult> {
  const latencies = new Latencies();
  const startMs = performance.now();
  const users = Array.from({ length: connections }, (_, index) => `${prefix}${index}`);
  await Promise.all(
    users.map(async (user) => {
      await Peer.live(url, user);
      latencies.add(performance.now() - startMs);
    }),
  );
  return { seconds: (performance.now() - startMs) / 1000, ...latencies.summary() };
}
