import { amended, type Span } from "../../protocol/amend.ts";
import type { Entry, MessageEntry } from "../../protocol/entry.ts";
import type { AppId, PackId, SessionId, UserId } from "../../protocol/ids.ts";
import type { PurgeResult } from "../../protocol/rpc/session-call.ts";
import { userOfNotices } from "../../protocol/session-id.ts";
import type { Departure } from "./departure.ts";
import type { FanOut } from "./fan-out.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import { IMPORT_RESTS_MS, type ImportBook } from "./import-book.ts";
import { lastBefore } from "./last-before.ts";
import type { Log } from "./log.ts";
import type { PurgeStore } from "./purge-store.ts";

/** Messages that one step empties; what is left waits for the next. */
const MAX_AT_ONCE = 256;
/** Rows that one step looks at. */
export const MAX_PURGED_ROWS = 4_096;
/** How the cursor of what is gone because of its age is called: no user has this id. */
const AGE = "";

/** What is purged, and how far: `subject` names the cursor. */
interface Purge {
  readonly subject: string;
  readonly as: "deleted" | "expired";
  readonly upTo: number;
  readonly sender?: UserId | undefined;
}

interface PurgePorts {
  readonly app: AppId;
  readonly sessionId: SessionId;
  readonly store: PurgeStore;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly imports: ImportBook;
  /** Of groups. */
  readonly departure: Departure | undefined;
}

/**
 * Contents that go for good, many at once: what is too old, and what an erased user wrote. One control entry says so of a
 * whole stretch of the log, so a session does not grow by as much as it loses.
 */
export class Purging implements SessionFeature {
  readonly #ports: PurgePorts;

  constructor(ports: PurgePorts) {
    this.#ports = ports;
  }

  readonly calls: SessionCalls = {
    retain: ({ beforeMs }): PurgeResult => {
      const { log, store, imports } = this.#ports;
      if (imports.waitMs(IMPORT_RESTS_MS) > 0) return { more: false };
      const upTo = lastBefore(log, beforeMs, { after: store.cursor(AGE), upTo: log.headSeqId });
      return { more: this.#step({ subject: AGE, as: "expired", upTo }) };
    },
    forget: ({ userId }): PurgeResult => {
      const { app, sessionId, log, store, departure } = this.#ports;
      // What they were told by servers alone is theirs as well.
      const sender = userOfNotices(app, sessionId) === userId ? undefined : userId;
      const more = this.#step({ subject: userId, as: "deleted", upTo: log.headSeqId, sender });
      if (more) return { more };
      departure?.leave(userId);
      store.deleteCursor(userId);
      return { more };
    },
  };

  imported(entry: Entry): void {
    if (entry.kind !== "control" || entry.control.op !== "purge") return;
    const { store, log } = this.#ports;
    for (const message of store.kept(entry.control, MAX_PURGED_ROWS)) log.replace(amended(message, entry));
  }

  /** Answers whether there is more to do. */
  #step({ subject, as, upTo, sender }: Purge): boolean {
    const { store } = this.#ports;
    const after = store.cursor(subject);
    if (upTo <= after) return false;
    const end = Math.min(upTo, after + MAX_PURGED_ROWS);
    const kept = store.kept({ after, upTo: end, sender }, MAX_AT_ONCE);
    const [first, last] = [kept[0], kept.at(-1)];
    if (first !== undefined && last !== undefined)
      this.#purge(kept, { as, after: first.seqId - 1, upTo: last.seqId, sender });
    const cursor = kept.length === MAX_AT_ONCE ? (last?.seqId ?? end) : end;
    store.putCursor(subject, cursor);
    return cursor < upTo;
  }

  /** In the name of the sender; where they were of many, of the last of them, as with what expires by itself. */
  #purge(messages: readonly MessageEntry[], { sender, ...span }: Span & Pick<Purge, "as">): void {
    const { log, fanOut } = this.#ports;
    const by = sender ?? messages.at(-1)?.from;
    if (by === undefined) return;
    const packId = `purge-${log.headSeqId + 1}` as PackId; // SAFETY: printable, and short enough for every integer
    const control = { op: "purge", ...span, ...(sender === undefined ? {} : { sender }) } as const;
    const entry = log.appendOne(by, { packId }, { kind: "control", control }, fanOut.fanned);
    for (const message of messages) log.replace(amended(message, entry));
    fanOut.touch();
  }
}
