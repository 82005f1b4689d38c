import type { Measures } from "../../kernel/measures.ts";
import type { Sample } from "../../kernel/metrics.ts";
import type { QueueName } from "../../protocol/rpc/queue-job.ts";
import { QUEUES } from "../../queues/queue-plan.ts";
import { usersOfAllApps } from "../../rooms/directory/directory-store.ts";
import { lettersByRoom } from "../../rooms/letters/letters-store.ts";
import type { TurnDatabase } from "./database.ts";
import type { Turns } from "./turns.ts";

interface Gauged {
  readonly measures: Measures;
  readonly turns: Turns;
  readonly db: TurnDatabase;
}

/** What can be looked at in a native server when somebody asks. */
export function addGauges({ measures, turns, db }: Gauged): void {
  const { metrics } = measures;
  metrics.gauge({ name: "parley_connections", help: "Open sockets." }, () => turns.connections().length);
  metrics.gauge({ name: "parley_rooms", help: "Rooms with an instance or sockets, by kind." }, () =>
    [...turns.roomsInMemory()].map(([kind, value]) => ({ labels: { kind }, value })),
  );
  metrics.gauge(
    { name: "parley_queue_jobs", help: "Jobs that wait or are under way; at most 100000 are counted." },
    () => QUEUES.map((queue) => ({ labels: { queue }, value: turns.queues.depth(queue).jobs })),
  );
  const lag = {
    name: "parley_queue_lag_seconds",
    unit: "seconds",
    help: "How old the oldest job of a queue is.",
  } as const;
  metrics.gauge(lag, () => QUEUES.map((queue) => ({ labels: { queue }, value: lagOf(turns, queue) })));
  metrics.gauge({ name: "parley_dead_letters", help: "Jobs that nobody could bring to an end, of all apps." }, () =>
    lettersByQueue(db),
  );
  metrics.gauge({ name: "parley_users", help: "Users that exist, of all apps." }, () => usersOfAllApps(db.forRoom("")));
  addProcess(measures);
}

function lagOf(turns: Turns, queue: QueueName): number {
  const { since } = turns.queues.depth(queue);
  return since === undefined ? 0 : Math.max(0, Date.now() - since) / 1_000;
}

function lettersByQueue(db: TurnDatabase): Sample[] {
  const counts = new Map<string, number>(QUEUES.map((queue) => [queue, 0]));
  for (const { queue, letters } of lettersByRoom(db.forRoom(""))) counts.set(queue, (counts.get(queue) ?? 0) + letters);
  return [...counts].map(([queue, value]) => ({ labels: { queue }, value }));
}

/** Under the names that every Prometheus client has for them. */
function addProcess({ metrics }: Measures): void {
  const startedAtMs = Date.now() - process.uptime() * 1_000;
  metrics.gauge(
    { name: "process_start_time_seconds", unit: "seconds", help: "When the process started, since 1970." },
    () => startedAtMs / 1_000,
  );
  metrics.counted({ name: "process_cpu_seconds", unit: "seconds", help: "User and system CPU time." }, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  });
  metrics.gauge(
    { name: "process_resident_memory_bytes", unit: "bytes", help: "Resident memory." },
    () => process.memoryUsage().rss,
  );
  metrics.gauge(
    { name: "process_heap_bytes", unit: "bytes", help: "JavaScript heap in use." },
    () => process.memoryUsage().heapUsed,
  );
}
