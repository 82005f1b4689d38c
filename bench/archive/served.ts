import { setTimeout as sleep } from "node:timers/promises";
import { api } from "../../test/support/api.ts";
import { contentOf, sendMany, sessionOf, type Talk } from "../../test/support/archiving.ts";
import { Latencies } from "../driver/latencies.ts";
import { startParley } from "../processes.ts";
import type { ArchiveReads } from "./archive.ts";
import { archiveLag } from "./lag.ts";

const MESSAGES = 20_000;
/** Of them, those that the room has whole, as a deployment has them that says nothing else. */
const HOT = 1_000;
const SAMPLES = 300;
const PAGE = 50;

/** What a client waits for: pages that the room has by itself, pages that the archive completes, searches that rooms confirm. */
export async function servedReads(): Promise<ArchiveReads[]> {
  const target = await startParley("bun");
  try {
    const talk: Talk = { url: target.url, from: "alice", to: "bob" };
    await sendMany(talk, 1, MESSAGES);
    while ((await archiveLag(target.url)).entries < MESSAGES) await sleep(100);
    const page = (before: number) => `/v1/sessions/${sessionOf(talk)}/messages?limit=${PAGE}&before=${before}`;
    const hot = (index: number) => page(MESSAGES - (index % (HOT - 2 * PAGE)));
    const cold = (index: number) => page(PAGE + ((index * 61) % (MESSAGES - 2 * HOT)));
    const search = (index: number) =>
      `/v1/users/alice/search?limit=${PAGE}&text=${encodeURIComponent(contentOf((index * 61) % MESSAGES))}`;
    return [
      await sampled(target.url, `history over HTTP, a page of ${PAGE}, hot`, hot),
      await sampled(target.url, `history over HTTP, a page of ${PAGE}, archived`, cold),
      await sampled(target.url, `search over HTTP, ${MESSAGES} messages of one session`, search),
    ];
  } finally {
    await target.dispose();
  }
}

async function sampled(url: string, what: string, path: (index: number) => string): Promise<ArchiveReads> {
  const latencies = new Latencies();
  for (let index = 0; index < SAMPLES; index += 1) {
    const start = performance.now();
    const { status } = await api(url, path(index));
    if (status !== 200) throw new Error(`${path(index)}: ${status}`);
    latencies.add(performance.now() - start);
  }
  return { what, ...latencies.summary() };
}
