import { jobRoom, sessionRoom } from "../../src/kernel/room-name.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { jobIdOf } from "../../src/protocol/job-id.ts";
import type { JobProgress } from "../../src/protocol/job-progress.ts";
import type { Job, NoticeJob } from "../../src/protocol/rpc/job-call.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import { noticeSessionId } from "../../src/protocol/session-id.ts";
import { app, pack, user } from "./names.ts";
import { World } from "./world.ts";

export const shop = user("shop");
export const jobId = jobIdOf(app, pack("sale"));
export const room = jobRoom(app, jobId);
export const sale: NoticeJob = { kind: "notice", sender: shop, message: { contentType: 1, content: "sale" } };

export const users = (count: number): UserId[] => Array.from({ length: count }, (_, index) => user(`u${index}`));
export const noticesOf = (userId: UserId) => sessionRoom(app, noticeSessionId(app, userId));

/** One job in a simulated world. */
export class SimJob {
  readonly world: World;

  constructor(world: World = new World()) {
    this.world = world;
  }

  start(targets: readonly string[] | "all", job: Job = sale): JobProgress {
    return progressIn(this.world.call(room, { type: "start", job, targets }));
  }

  progress(): JobProgress {
    return progressIn(this.world.call(room, { type: "progress" }));
  }

  cancel(): JobProgress {
    return progressIn(this.world.call(room, { type: "cancel" }));
  }

  /** The rooms that calls of the job are under way to. */
  called(): string[] {
    return this.world.flights.flatMap((one) => (one.kind === "request" && one.from === room ? one.to : []));
  }

  ringAlarm(): void {
    const atMs = this.world.alarms.get(room);
    if (atMs === undefined) throw new Error("the job has no alarm");
    this.world.nowMs = Math.max(this.world.nowMs, atMs);
    this.world.ring(room);
  }

  /** Lets everything arrive but calls to `down`, which are lost; time passes until the job ends, or for so many alarms. */
  work({ down = [], alarms = 10_000 }: { down?: readonly UserId[]; alarms?: number } = {}): JobProgress {
    const unreachable = new Set<string>(down.map(noticesOf));
    for (let left = alarms; ; left -= 1) {
      for (let [flight] = this.world.flights; flight !== undefined; [flight] = this.world.flights)
        this.world.land(0, flight.kind === "request" && unreachable.has(flight.to) ? "lost" : "arrives");
      const progress = this.progress();
      if (progress.finishedAt !== undefined || left === 0) return progress;
      this.ringAlarm();
    }
  }

  /** In how many sessions there are how many messages. */
  sessionsByMessages(): Map<number, number> {
    const rows = this.rows("SELECT count(*) AS n FROM entries GROUP BY room");
    return new Map([...Map.groupBy(rows, ({ n }) => Number(n))].map(([n, { length }]) => [n, length]));
  }

  rows(sql: string) {
    return this.world.storage.forRoom("").prepare(sql).all();
  }
}

function progressIn(outcome: Outcome): JobProgress {
  return unwrap(outcome) as JobProgress; // SAFETY: what a job room answers with
}
