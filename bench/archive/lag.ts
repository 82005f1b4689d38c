import { METRICS_KEY } from "../../test/support/server-process.ts";

/** How far the archive was behind while a load ran, from the server's own metrics. Times are the bounds of buckets. */
export interface ArchiveLag {
  readonly entries: number;
  readonly p50S: number;
  readonly p99S: number;
  /** How long the oldest job had waited at the end. */
  readonly oldestJobS: number;
}

export async function archiveLag(url: string): Promise<ArchiveLag> {
  const response = await fetch(new URL("/metrics", url), { headers: { Authorization: `Bearer ${METRICS_KEY}` } });
  const text = await response.text();
  const buckets = [...text.matchAll(/^parley_archive_lag_seconds_bucket\{le="([^"]+)"\} (\d+)/gm)].map(
    ([, bound, count]) => ({
      bound: bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound),
      count: Number(count),
    }),
  );
  const total = buckets.at(-1)?.count ?? 0;
  const quantile = (q: number) => buckets.find(({ count }) => count >= q * total)?.bound ?? Number.NaN;
  const sampleOf = (sample: RegExp) => Number(sample.exec(text)?.[1] ?? Number.NaN);
  return {
    entries: sampleOf(/^parley_archived_entries_total (\S+)/m),
    p50S: quantile(0.5),
    p99S: quantile(0.99),
    oldestJobS: sampleOf(/^parley_queue_lag_seconds\{queue="archive"\} (\S+)/m),
  };
}
