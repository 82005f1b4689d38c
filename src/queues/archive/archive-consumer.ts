import type { ArchiveWriter } from "../../archive/writer.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { FeedMoved, FeedPage } from "../../protocol/rpc/feed-call.ts";
import { failed, isRefusal, unwrap } from "../../protocol/rpc/outcome.ts";
import type { ArchiveJob } from "../../protocol/rpc/queue-job.ts";
import type { SessionCall } from "../../protocol/rpc/session-call.ts";
import { type Delivery, DONE, type QueueConsumer, type QueuePorts, type Verdict } from "../consumer.ts";

/** Pages of one session in a row; then others have their turn. */
const MAX_PAGES = 16;
/** Sessions of one batch that are written at the same time. */
const MAX_AT_ONCE = 8;

interface ArchiveConsumerPorts extends Pick<QueuePorts, "call" | "clock" | "measures"> {
  readonly writer: ArchiveWriter;
}

/** Brings what is new in a session's log to the archive, and then moves the cursor that the session's room has for it. */
export class ArchiveConsumer implements QueueConsumer<ArchiveJob> {
  readonly #ports: ArchiveConsumerPorts;

  constructor(ports: ArchiveConsumerPorts) {
    this.#ports = ports;
  }

  async consume(batch: readonly Delivery<ArchiveJob>[]): Promise<readonly Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let from = 0; from < batch.length; from += MAX_AT_ONCE) {
      const some = batch.slice(from, from + MAX_AT_ONCE);
      verdicts.push(...(await Promise.all(some.map(({ job }) => this.#work(job)))));
    }
    return verdicts;
  }

  /** An outage is nobody's fault, however long it lasts: the job comes again until it is over. */
  async #work(job: ArchiveJob): Promise<Verdict> {
    try {
      return await this.#follow(job);
    } catch (error) {
      if (error instanceof ParleyError && !isRefusal(failed(error))) return { kind: "retry" };
      throw error;
    }
  }

  async #follow(job: ArchiveJob): Promise<Verdict> {
    let after: number | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { entries, trimmedSeqId } = await this.#ask<FeedPage>(job, { type: "feed.read", reader: "archive", after });
      const progress = await this.#ports.writer.write({ ...job, entries });
      const upTo = progress.completeSeqId;
      const last = entries.at(-1);
      if (last !== undefined && upTo < last.seqId) {
        // It has lost what it had, or never got it: it is given again what the room still has whole.
        if (upTo < trimmedSeqId)
          return { kind: "dead", reason: "the archive has lost entries that the room let go of" };
        after = upTo;
        continue;
      }
      const { more } = await this.#ask<FeedMoved>(job, { type: "feed.moved", reader: "archive", upTo });
      if (last !== undefined) this.#measure(last.timestamp, entries.length);
      if (!more) return DONE;
      after = undefined;
    }
    return { kind: "retry", afterMs: 0 };
  }

  #measure(storedAtMs: number, entries: number): void {
    const { measures, clock } = this.#ports;
    measures.archived.add(entries);
    measures.archiveLag.observe((clock.nowMs() - storedAtMs) / 1_000);
  }

  async #ask<Result>({ app, sessionId }: ArchiveJob, call: SessionCall): Promise<Result> {
    return unwrap(await this.#ports.call(sessionRoom(app, sessionId), call)) as Result; // SAFETY: what the room answers such a call with
  }
}
