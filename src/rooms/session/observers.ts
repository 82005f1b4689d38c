import type { Clock } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT, MAX_OBSERVERS } from "../../protocol/limits.ts";
import type {
  ObserveCall,
  ObserveResult,
  ObserverAuditResult,
  ObserverRecord,
} from "../../protocol/rpc/observation.ts";
import type { Access } from "./access.ts";
import type { FanOut } from "./fan-out.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { Log } from "./log.ts";
import type { ObserverBook } from "./observer-book.ts";
import type { ObserverRow, ObserverStore } from "./observer-store.ts";

interface ObserverPorts {
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly store: ObserverStore;
  readonly book: ObserverBook;
}

/** Users who follow the session without being members. Nobody in the session sees them; the audit does. */
export class Observers implements SessionFeature {
  readonly #ports: ObserverPorts;

  constructor(ports: ObserverPorts) {
    this.#ports = ports;
  }

  readonly calls: SessionCalls = {
    observe: (call): ObserveResult => {
      const { book } = this.#ports;
      const known = book.find(call.userId);
      const isStart = call.event === "started";
      if (known !== undefined && call.version <= known.version)
        return { seqId: isStart ? known.sinceSeqId : (known.untilSeqId ?? known.sinceSeqId) };
      return { seqId: isStart ? this.#start(call) : this.#end(call, known) };
    },
    observerAudit: ({ by, after = 0, limit = DEFAULT_HISTORY_LIMIT }): ObserverAuditResult => {
      if (by.kind !== "server") throw new ParleyError("ACCESS_DENIED");
      const most = Math.min(limit, MAX_HISTORY_LIMIT);
      const records = this.#ports.store.recordsAfter(after, most + 1);
      return { records: records.slice(0, most), more: records.length > most };
    },
  };

  /** The group is dismissed: its observers get the notice `seqId` and nothing after it. */
  dismissed(by: UserId, seqId: number): void {
    const { book, fanOut } = this.#ports;
    for (const { userId, version, sinceSeqId } of book.all()) {
      book.put({ userId, version, sinceSeqId, untilSeqId: seqId });
      fanOut.leave({ userId, observation: version }, seqId);
      this.#record({ userId, event: "dismissed", by });
    }
  }

  #start({ userId, version, device }: ObserveCall): number {
    const { access, book, log, fanOut } = this.#ports;
    access.requireSession();
    // A mailbox that observes already and begins anew has forgotten the observation that is known here.
    const forgotten = book.has(userId) ? book.find(userId) : undefined;
    if (forgotten === undefined && book.size >= MAX_OBSERVERS) throw new ParleyError("LIMIT_REACHED", "observers");
    if (forgotten !== undefined) fanOut.drop({ userId, observation: forgotten.version });
    const sinceSeqId = log.headSeqId;
    book.put({ userId, version, sinceSeqId, untilSeqId: undefined });
    fanOut.join({ userId, observation: version, joinedSeqId: sinceSeqId + 1 });
    this.#record({ userId, event: "started", ...(device === undefined ? {} : { device }) });
    return sinceSeqId;
  }

  /** Of what never began, or is over, the version is kept: then a start that was sent before it begins nothing. */
  #end({ userId, version, event, device }: ObserveCall, known: ObserverRow | undefined): number {
    const { book, log, fanOut } = this.#ports;
    const { sinceSeqId, untilSeqId } = known ?? { sinceSeqId: log.headSeqId, untilSeqId: log.headSeqId };
    const endSeqId = untilSeqId ?? log.headSeqId;
    book.put({ userId, version, sinceSeqId, untilSeqId: endSeqId });
    if (known === undefined || untilSeqId !== undefined) return endSeqId;
    fanOut.drop({ userId, observation: known.version });
    this.#record({ userId, event, ...(device === undefined ? {} : { device }) });
    return endSeqId;
  }

  #record(what: Pick<ObserverRecord, "userId" | "event" | "device" | "by">): void {
    const { store, clock, log } = this.#ports;
    store.record({ ...what, at: clock.nowMs(), seqId: log.headSeqId });
  }
}
