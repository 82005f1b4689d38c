import type { ArchiveWriter } from "../../archive/writer.ts";
import type { FeedMoved, FeedPage } from "../../protocol/rpc/feed-call.ts";
import type { ArchiveJob } from "../../protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type QueuePorts, type Verdict } from "../consumer.ts";
import { askFeed, followSessions, MAX_PAGES, TURN_IS_OVER } from "../follow-sessions.ts";

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

  consume(batch: readonly Delivery<ArchiveJob>[]): Promise<readonly Verdict[]> {
    return followSessions(batch, MAX_AT_ONCE, (job) => this.#follow(job));
  }

  async #follow(job: ArchiveJob): Promise<Verdict> {
    let after: number | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { entries, trimmedSeqId } = await askFeed<FeedPage>(this.#ports, job, {
        type: "feed.read",
        reader: "archive",
        after,
      });
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
      const { more } = await askFeed<FeedMoved>(this.#ports, job, { type: "feed.moved", reader: "archive", upTo });
      if (last !== undefined) this.#measure(last.timestamp, entries.length);
      if (!more) return DONE;
      after = undefined;
    }
    return TURN_IS_OVER;
  }

  #measure(storedAtMs: number, entries: number): void {
    const { measures, clock } = this.#ports;
    measures.archived.add(entries);
    measures.archiveLag.observe((clock.nowMs() - storedAtMs) / 1_000);
  }
}
