import { jobRoom, type RoomName, sessionRoom } from "../../../src/kernel/room-name.ts";
import type { HistoryResult } from "../../../src/protocol/frames/message.ts";
import { UserId } from "../../../src/protocol/ids.ts";
import { jobIdOf } from "../../../src/protocol/job-id.ts";
import type { JobProgress } from "../../../src/protocol/job-progress.ts";
import { unwrap } from "../../../src/protocol/rpc/outcome.ts";
import { noticeSessionId } from "../../../src/protocol/session-id.ts";
import { type Case, equal } from "../check.ts";
import type { HostUnderTest } from "../host.ts";
import { app, pack } from "./rooms.ts";

/** A notice to people nobody else knows. */
export async function startJob(host: HostUnderTest, users: number): Promise<{ room: RoomName; targets: UserId[] }> {
  const jobId = jobIdOf(app, pack());
  const room = jobRoom(app, jobId);
  const targets = Array.from({ length: users }, (_, index) => UserId.parse(`${jobId}-${index}`));
  const message = { contentType: 1, content: "sale" };
  const job = { kind: "notice", sender: UserId.parse("shop"), message } as const;
  unwrap(await host.call(room, { type: "start", job, targets }));
  return { room, targets };
}

export async function progressOf(host: HostUnderTest, room: RoomName): Promise<JobProgress> {
  return unwrap(await host.call(room, { type: "progress" })) as JobProgress; // SAFETY: what job rooms answer with
}

export async function finished(host: HostUnderTest, room: RoomName): Promise<JobProgress> {
  for (;;) {
    const progress = await progressOf(host, room);
    if (progress.finishedAt !== undefined) return progress;
  }
}

/** A room that calls many others. */
export const jobCases: readonly Case<HostUnderTest>[] = [
  {
    name: "carries out a job once, and knows its end in a fresh instance",
    async run(host) {
      const { room, targets } = await startJob(host, 3);
      const { state, total, done, failed } = await finished(host, room);
      equal({ state, total, done, failed }, { state: "done", total: 3, done: 3, failed: 0 });
      await host.evict(room);
      equal((await progressOf(host, room)).state, "done");
      for (const userId of targets) {
        const session = sessionRoom(app, noticeSessionId(app, userId));
        const { entries } = unwrap(
          await host.call(session, { type: "history", by: { kind: "user", userId } }),
        ) as HistoryResult; // SAFETY: history answers with a page
        equal(
          entries.map(({ seqId, from }) => [seqId, from]),
          [[1, "shop"]],
        );
      }
    },
  },
];
