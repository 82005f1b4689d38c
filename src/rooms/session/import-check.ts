import type { Clock } from "../../kernel/ports.ts";
import { setsContent } from "../../protocol/amend.ts";
import { contentFault } from "../../protocol/content.ts";
import type { Content } from "../../protocol/content-type.ts";
import type { ControlEntry, Entry, MessageEntry, Notice, NoticeEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { Access } from "./access.ts";
import type { Log } from "./log.ts";
import { MAX_PURGED_ROWS } from "./purging.ts";
import { isUsable } from "./reactions.ts";
import type { Roster } from "./roster.ts";

/** How far the clock of the other server may be ahead. What is later would keep all that follows in the future (S5). */
const MAX_AHEAD_MS = 300_000;

interface CheckPorts {
  readonly access: Access;
  readonly log: Log;
  readonly roster: Roster;
  readonly clock: Clock;
}

/** What may not be imported: checked for all entries before the first of them is stored. */
export class ImportCheck {
  readonly #ports: CheckPorts;

  constructor(ports: CheckPorts) {
    this.#ports = ports;
  }

  /** Throws what is wrong with entries that are to follow the log. */
  requireFollowing(entries: readonly Entry[]): void {
    const { log, roster } = this.#ports;
    const { headSeqId } = log;
    const faultOf = this.#faults(entries, new GroupSketch(roster));
    let earliest = log.stored(headSeqId)?.timestamp ?? 0;
    for (const [index, entry] of entries.entries()) {
      const next = headSeqId + 1 + index;
      if (entry.seqId !== next) throw new ParleyError("WRONG_OFFSET", `entry ${next} is next`);
      const fault = entry.timestamp < earliest ? "timestamp: before that of the entry before" : faultOf(entry);
      if (fault !== undefined) throw new ParleyError("BAD_PARAMETER", `entry ${next}: ${fault}`);
      earliest = entry.timestamp;
    }
  }

  #faults(entries: readonly Entry[], group: GroupSketch): (entry: Entry) => string | undefined {
    const { access, log, clock } = this.#ports;
    const latest = clock.nowMs() + MAX_AHEAD_MS;
    const messageAt = messageFinder(log, entries);
    return (entry) => {
      if (entry.timestamp > latest) return "timestamp: in the future";
      if (entry.cut) return "cut: it is not whole";
      if (entry.seqId === 1 && access.isGroup !== isCreation(entry))
        return "a group, and nothing else, begins with its creation";
      if (entry.kind === "message") return messageFault(entry);
      if (entry.kind === "control") return controlFault(entry, messageAt);
      return access.isGroup ? group.take(entry) : "notice: in groups only";
    };
  }
}

/** Messages of the log, as it is when `entries` are its end. */
export function messageFinder(log: Log, entries: readonly Entry[]): (seqId: number) => MessageEntry | undefined {
  const first = entries[0]?.seqId ?? 1;
  return (seqId) => {
    const entry = seqId < first ? log.stored(seqId) : entries[seqId - first];
    return entry?.kind === "message" ? entry : undefined;
  };
}

function isCreation(entry: Entry): boolean {
  return entry.kind === "notice" && entry.notice.event === "created";
}

function messageFault({ gone, content }: MessageEntry): string | undefined {
  return gone?.as === "hidden" ? "gone: as one user sees it" : lengthFault(content);
}

/** A stream may be empty, and so is what is gone. */
function lengthFault(content: Content): string | undefined {
  return contentFault(content) === "TOO_LONG" ? "content: too long" : undefined;
}

function controlFault({ seqId, control }: ControlEntry, messageAt: ReturnType<typeof messageFinder>) {
  if (control.op === "purge") {
    const isBefore = control.upTo < seqId && control.upTo - control.after <= MAX_PURGED_ROWS;
    return isBefore ? undefined : "control.upTo: not before it, or too long";
  }
  const isAboutMessage = control.target < seqId && messageAt(control.target) !== undefined;
  if (!isAboutMessage) return "control.target: no message before it";
  if (control.op === "react" && !isUsable(control.reaction)) return "control.reaction";
  return setsContent(control) ? lengthFault(control.content) : undefined;
}

/** Who is in the group, as far as entries that are not stored yet change that. */
class GroupSketch {
  readonly #members: Set<UserId>;
  #isOpen: boolean;

  constructor(roster: Roster) {
    this.#members = new Set(roster.all().map(({ userId }) => userId));
    this.#isOpen = roster.isOpen;
  }

  /** What is wrong with the next notice. */
  take({ seqId, notice }: NoticeEntry): string | undefined {
    if (notice.event === "created") return seqId === 1 ? this.#create(notice.users) : "notice: a group is created once";
    if (!this.#isOpen) return "notice: the group is dismissed";
    if (notice.event === "dismissed") this.#isOpen = false;
    return "users" in notice ? this.#about(notice) : undefined;
  }

  #create(users: readonly UserId[]): string | undefined {
    this.#isOpen = true;
    return users.length === 0 ? "notice.users: the first is the owner" : this.#add(users);
  }

  #about({ event, users }: Extract<Notice, { users: UserId[] }>): string | undefined {
    if (event === "joined") return this.#add(users);
    const isOfMembers = event === "role" || event === "nickname" || event === "transferred";
    if (isOfMembers) return users.every((userId) => this.#members.has(userId)) ? undefined : "notice.users: no member";
    if (event === "quit" || event === "removed" || event === "banned")
      for (const userId of users) this.#members.delete(userId);
    return undefined;
  }

  #add(users: readonly UserId[]): string | undefined {
    for (const userId of users) this.#members.add(userId);
    return this.#members.size > MAX_GROUP_MEMBERS ? `notice.users: more than ${MAX_GROUP_MEMBERS} members` : undefined;
  }
}
