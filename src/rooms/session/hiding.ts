import type { Clock } from "../../kernel/ports.ts";
import { emptied, setsContent, withoutContent } from "../../protocol/amend.ts";
import type { Entry, MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Access } from "./access.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { HiddenStore } from "./hidden-store.ts";
import type { Log } from "./log.ts";

interface HidingPorts {
  readonly access: Access;
  readonly store: HiddenStore;
  readonly log: Log;
  readonly clock: Clock;
}

/** Messages that a user deleted for themself: they stay in the log, and in everybody else's history. */
export class Hiding implements SessionFeature {
  readonly #ports: HidingPorts;

  constructor(ports: HidingPorts) {
    this.#ports = ports;
  }

  readonly calls: SessionCalls = {
    hide: ({ userId, seqIds }) => {
      const { access, log, store, clock } = this.#ports;
      access.requireReader(userId);
      const areMessages = seqIds.every((seqId) => log.entry(seqId)?.kind === "message");
      if (!areMessages) throw new ParleyError("NO_SUCH_MESSAGE");
      store.put(userId, seqIds, clock.nowMs());
      return null;
    },
    shown: ({ userId, seqIds }) => this.#readable(userId, seqIds),
  };

  /** Those of the messages that this user may still read. */
  #readable(userId: UserId, seqIds: readonly number[]): MessageEntry[] {
    const { access, log } = this.#ports;
    if (!access.mayRead(userId)) return [];
    const entries = seqIds.flatMap((seqId) => log.entry(seqId) ?? []);
    const seen = this.seenBy(userId, { entries, more: false }).entries;
    return seen.flatMap((entry) => (entry.kind === "message" && entry.gone === undefined ? entry : []));
  }

  /** The page as this user sees it. */
  seenBy(userId: UserId, { entries, more }: HistoryResult): HistoryResult {
    const hidden = this.#ports.store.among(
      userId,
      entries.flatMap((entry) => messageOf(entry) ?? []),
    );
    if (hidden.size === 0) return { entries, more };
    const seen = entries.map((entry): Entry => {
      const at = hidden.get(messageOf(entry) ?? 0);
      if (at === undefined || entry.kind === "notice") return entry;
      return entry.kind === "control" ? withoutContent(entry) : emptied(entry, { as: "hidden", by: userId, at });
    });
    return { entries: seen, more };
  }
}

/** The message whose content an entry shows. */
function messageOf(entry: Entry): number | undefined {
  if (entry.kind === "message") return entry.seqId;
  return entry.kind === "control" && setsContent(entry.control) ? entry.control.target : undefined;
}
