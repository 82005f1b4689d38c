import { setsContent, withoutContent } from "../../protocol/amend.ts";
import type { ControlEntry, Entry, MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { ImportResult } from "../../protocol/rpc/import-call.ts";
import type { Access } from "./access.ts";
import type { FanOut } from "./fan-out.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { ImportBook } from "./import-book.ts";
import { type ImportCheck, messageFinder } from "./import-check.ts";
import type { Log } from "./log.ts";
import { type NewEntry, UNKNOWN_DIGEST } from "./types.ts";

interface ImportPorts {
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly book: ImportBook;
  readonly check: ImportCheck;
  /** Those who keep rows of their own about entries. */
  readonly features: () => readonly SessionFeature[];
}

/** A session that was written elsewhere: its log is taken as it is, and each feature makes its rows of the entries. */
export class Imports implements SessionFeature {
  readonly #ports: ImportPorts;

  constructor(ports: ImportPorts) {
    this.#ports = ports;
  }

  readonly calls: SessionCalls = {
    import: ({ entries }): ImportResult => {
      const { access, log } = this.#ports;
      if (!access.isGroup) access.requireSession();
      const { headSeqId } = log;
      const known = entries.filter(({ seqId }) => seqId <= headSeqId);
      const fresh = entries.filter(({ seqId }) => seqId > headSeqId);
      this.#requireSame(known);
      if (fresh.length > 0) this.#take(fresh);
      return { headSeqId: log.headSeqId, imported: fresh.length, skipped: known.length };
    },
  };

  #requireSame(known: readonly Entry[]): void {
    for (const { seqId, packId, from } of known) {
      const stored = this.#ports.log.stored(seqId);
      if (stored?.packId !== packId || stored.from !== from)
        throw new ParleyError("PACK_CONFLICT", `entry ${seqId} is another one here`);
    }
  }

  #take(fresh: readonly Entry[]): void {
    const { log, book, check, fanOut, features } = this.#ports;
    if (book.seqId !== log.headSeqId)
      throw new ParleyError("TOO_LATE", `the session has gone on by itself after entry ${book.seqId}`);
    check.requireFollowing(fresh);
    const messageAt = messageFinder(log, fresh);
    const entries = fresh.map((entry) => (entry.kind === "control" ? withoutGone(entry, messageAt) : entry));
    log.append(entries.map(adopted), fanOut.fanned);
    book.put();
    for (const entry of entries) for (const feature of features()) feature.imported?.(entry);
    fanOut.touch();
  }
}

function adopted(entry: Entry): NewEntry {
  return { entry, digest: entry.kind === "control" && !isAsked(entry) ? undefined : UNKNOWN_DIGEST };
}

/** What a room does by itself has packIds that nobody repeats. */
function isAsked({ packId, control }: ControlEntry): boolean {
  return control.op !== "expire" && control.op !== "purge" && packId !== `${control.op}-${control.target}`;
}

/** What is gone leaves no content behind, whatever the export still had of it. */
function withoutGone(entry: ControlEntry, messageAt: (seqId: number) => MessageEntry | undefined): ControlEntry {
  const { control } = entry;
  const isOfGone = setsContent(control) && messageAt(control.target)?.gone !== undefined;
  return isOfGone ? withoutContent(entry) : entry;
}
