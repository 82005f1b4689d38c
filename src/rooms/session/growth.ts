import type { ChunkFrame } from "../../protocol/down.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { Log } from "./log.ts";
import type { Signals } from "./signals.ts";

/** Tag of a `chunk` frame under way to a mailbox. */
export interface GrownTag {
  readonly kind: "grown";
  readonly userId: UserId;
}

/** What a member has not been told: from which offset each stream grew. */
interface Lane {
  readonly waiting: Map<number, number>;
  inFlight: boolean;
}

interface GrowthPorts {
  readonly sessionId: SessionId;
  readonly log: Log;
  readonly signals: Signals;
}

/**
 * Live text of streams. One call per member is in flight; what grows meanwhile is one piece of the next, so that a fast
 * stream does not pile up at a slow mailbox. Only offsets wait here: the text is in the log.
 */
export class Growth {
  readonly #ports: GrowthPorts;
  readonly #lanes = new Map<UserId, Lane>();
  readonly #startable = new Set<UserId>();
  /** Those who were told the same last share the frame, which is therefore encoded once. */
  #frame: { readonly changes: number; readonly frame: ChunkFrame } | undefined;

  constructor(ports: GrowthPorts) {
    this.#ports = ports;
  }

  grew(users: readonly UserId[], seqId: number, offset: number): void {
    for (const userId of users) {
      const lane = this.#laneOf(userId);
      if (!lane.waiting.has(seqId)) lane.waiting.set(seqId, offset);
      if (!lane.inFlight) this.#startable.add(userId);
    }
  }

  settle(): void {
    for (const userId of this.#startable) {
      const lane = this.#laneOf(userId);
      const frame = this.#next(lane);
      lane.inFlight = frame !== undefined;
      if (frame === undefined) this.#lanes.delete(userId);
      else this.#ports.signals.send([userId], frame, { kind: "grown", userId } satisfies GrownTag);
    }
    this.#startable.clear();
  }

  /** Told, or lost: nobody is told twice, and who missed something sees the gap. */
  replied({ userId }: GrownTag): void {
    const lane = this.#lanes.get(userId);
    if (lane === undefined) return;
    lane.inFlight = false;
    if (lane.waiting.size === 0) this.#lanes.delete(userId);
    else this.#startable.add(userId);
  }

  #next({ waiting }: Lane): ChunkFrame | undefined {
    for (const [seqId, offset] of waiting) {
      waiting.delete(seqId);
      const frame = this.#frameOf(seqId, offset);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /** Nothing of a stream that has ended meanwhile: its control entry says all. */
  #frameOf(seqId: number, offset: number): ChunkFrame | undefined {
    const { log, sessionId } = this.#ports;
    const { changes } = log;
    const cached = this.#frame;
    if (cached?.changes === changes && cached.frame.seqId === seqId && cached.frame.offset === offset)
      return cached.frame;
    const message = log.entry(seqId);
    if (message?.kind !== "message" || !message.streaming || typeof message.content !== "string") return undefined;
    const frame = { type: "chunk", sessionId, seqId, offset, text: message.content.slice(offset) } as const;
    this.#frame = { changes, frame };
    return frame;
  }

  #laneOf(userId: UserId): Lane {
    const known = this.#lanes.get(userId);
    if (known !== undefined) return known;
    const lane: Lane = { waiting: new Map(), inFlight: false };
    this.#lanes.set(userId, lane);
    return lane;
  }
}
