import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { expect, it } from "vitest";
import { callRoom } from "../../src/hosts/workers/bindings.ts";
import { consume } from "../../src/hosts/workers/consume.ts";
import { askApp } from "../../src/hosts/workers/known-apps.ts";
import { Measures } from "../../src/kernel/measures.ts";
import { lettersRoom } from "../../src/kernel/room-name.ts";
import type { LettersPage } from "../../src/protocol/rpc/letters-call.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { ArchiveJob } from "../../src/protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type QueuePorts, type Verdict } from "../../src/queues/consumer.ts";
import { app, pair } from "../contract/suites/rooms.ts";
import { bindings } from "./workers-host.ts";

const ports: QueuePorts = {
  call: (room, call) => callRoom(bindings, room, call),
  settings: (app) => askApp(bindings, app),
  clock: { nowMs: () => Date.now() },
  random: () => 0.5,
  measures: new Measures({ steadyMs: () => performance.now() }),
};
const jobOf = (): ArchiveJob => ({ app, sessionId: pair().sessionId });

async function letters(): Promise<LettersPage> {
  const outcome = await ports.call(lettersRoom(app, "archive"), { type: "letters.list", after: 0, limit: 100 });
  return unwrap(outcome) as LettersPage; // SAFETY: list answers with a page
}

async function work(name: string, jobs: readonly ArchiveJob[], answer: (d: Delivery<ArchiveJob>) => Verdict) {
  const messages = jobs.map((body, index) => ({ id: String(index), timestamp: new Date(1), attempts: 1, body }));
  const batch = createMessageBatch<ArchiveJob>(name, messages);
  const consumer: QueueConsumer<ArchiveJob> = { consume: async (deliveries) => deliveries.map(answer) };
  await consume(batch, { archive: consumer }, ports);
  return getQueueResult(batch, createExecutionContext());
}

it("does with each message of a Queue what its consumer says, and buries the dead before it forgets them", async () => {
  const jobs = [jobOf(), jobOf(), jobOf()];
  const verdicts: Verdict[] = [DONE, { kind: "retry", afterMs: 1_500 }, { kind: "dead", reason: "broken" }];
  const before = await letters();
  const result = await work(
    "parley-archive",
    jobs,
    ({ job }) => verdicts[jobs.findIndex(({ sessionId }) => sessionId === job.sessionId)] ?? DONE,
  );
  expect(result.explicitAcks).toEqual(["0", "2"]);
  // The emulated Queue does not tell with which delay.
  expect(result.retryMessages).toEqual([{ msgId: "1" }]);
  const after = await letters();
  expect(after.total).toBe(before.total + 1);
  expect(after.letters.at(-1)).toMatchObject({ job: jobs[2], reason: "broken" });
});

it("buries what a Queue gave up", async () => {
  const job = jobOf();
  const result = await work("parley-archive-dead", [job], () => DONE);
  expect(result.explicitAcks).toEqual(["0"]);
  expect((await letters()).letters.at(-1)).toMatchObject({ job, reason: "the queue gave it up" });
});
