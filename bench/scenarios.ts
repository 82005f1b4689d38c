import { type ArchiveLag, archiveLag } from "./archive/lag.ts";
import type { ChatJob, ChatResult, StormResult } from "./driver/job.ts";
import { chat, residentKib, startFloor, startParley, storm, type Target } from "./processes.ts";

/** The load at which latency matters; beyond it a queue grows somewhere. */
export const PACED_SHARE = 0.3;

type Shape = Pick<ChatJob, "shape" | "window">;

/** Windows are as large as it takes to saturate the floor. */
export const CHATS = {
  group10: { shape: { group: 10, senders: 5 }, window: 200 },
  group100: { shape: { group: 100, senders: 5 }, window: 200 },
  group500: { shape: { group: 500, senders: 5 }, window: 200 },
  pairs1000: { shape: { pairs: 1000 }, window: 2 },
} as const satisfies Record<string, Shape>;
export type ChatName = keyof typeof CHATS;

const WORKERS_CHATS = {
  group10: { shape: { group: 10, senders: 5 }, window: 20 },
  group100: { shape: { group: 100, senders: 5 }, window: 20 },
  pairs100: { shape: { pairs: 100 }, window: 2 },
} as const satisfies Record<string, Shape>;

async function against(target: Target, shape: Shape, durations: { warmUpMs: number; measureMs: number }) {
  const { url, pid: serverPid } = target;
  try {
    return await chat({ kind: "chat", url, serverPid, ...shape, ...durations, pacedShare: PACED_SHARE });
  } finally {
    await target.dispose();
  }
}

export interface Comparison {
  readonly floor: ChatResult;
  readonly parley: ChatResult;
  readonly archive: ArchiveLag;
}

const DURATIONS = { warmUpMs: 2_000, measureMs: 5_000 };

export async function compare(name: ChatName): Promise<Comparison> {
  const floor = await against(await startFloor(), CHATS[name], DURATIONS);
  const target = await startParley("bun");
  let archive: ArchiveLag | undefined;
  const dispose = async () => {
    archive = await archiveLag(target.url);
    await target.dispose();
  };
  const parley = await against({ ...target, dispose }, CHATS[name], DURATIONS);
  if (archive === undefined) throw new Error("not disposed");
  return { floor, parley, archive };
}

/** `wrangler dev` runs all objects in one process on a disk that syncs for each of them: sizes are smaller. */
export async function onWorkers(): Promise<[string, ChatResult][]> {
  const results: [string, ChatResult][] = [];
  for (const [name, shape] of Object.entries(WORKERS_CHATS)) {
    results.push([name, await against(await startParley("workers"), shape, DURATIONS)]);
  }
  return results;
}

const STORM_CONNECTIONS = 5_000;
const WARM_UP_CONNECTIONS = 1_000;
const CLOSED_MS = 5_000;
/** Instances are evicted 30 s after their last event, looked for every 10 s. */
const EVICTED_MS = 42_000;

export interface Storm {
  readonly connections: number;
  readonly opening: StormResult;
  /** Memory per connection when all are live … */
  readonly kibAtOnce: number;
  /** … and when their instances were evicted. */
  readonly kibIdle: number;
  /** As `kibIdle`, but all that the process grew since its start. */
  readonly fromStart: number;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * The memory before is that of a server that has served: code is compiled and buffers are there after a first,
 * smaller wave of connections that is gone again.
 */
export async function connectStorm(): Promise<Storm> {
  const target = await startParley("bun");
  const { url, pid } = target;
  try {
    if (pid === undefined) throw new Error("no process id");
    const atStart = residentKib(pid);
    await storm({ kind: "storm", url, connections: WARM_UP_CONNECTIONS, prefix: "w" }, async () => {});
    await sleep(CLOSED_MS);
    const before = residentKib(pid);
    const perConnection = () => (residentKib(pid) - before) / STORM_CONNECTIONS;
    let [kibAtOnce, kibIdle] = [Number.NaN, Number.NaN];
    const opening = await storm({ kind: "storm", url, connections: STORM_CONNECTIONS, prefix: "s" }, async () => {
      kibAtOnce = perConnection();
      await sleep(EVICTED_MS);
      kibIdle = perConnection();
    });
    const fromStart = kibIdle + (before - atStart) / STORM_CONNECTIONS;
    return { connections: STORM_CONNECTIONS, opening, kibAtOnce, kibIdle, fromStart };
  } finally {
    await target.dispose();
  }
}
