import { amended, setsContent } from "../../protocol/amend.ts";
import type { ControlEntry, MessageEntry } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Control } from "../../protocol/message-parts.ts";
import { isCountable } from "../../protocol/unread.ts";
import type { FanOut } from "./fan-out.ts";
import type { Asked, Log, Unasked } from "./log.ts";
import type { SessionStore } from "./store.ts";

interface AmendmentPorts {
  readonly store: SessionStore;
  readonly log: Log;
  readonly fanOut: FanOut;
}

/** Who changes a message, with which request. */
export interface Doing {
  readonly by: UserId;
  readonly asked: Asked | Unasked;
}

/** What is done to a message, in one step: the control entry that says so, and the message in its place. */
export class Amendments {
  readonly #ports: AmendmentPorts;

  constructor(ports: AmendmentPorts) {
    this.#ports = ports;
  }

  /** Its content is gone; if it was counted, it no longer is from the control entry on. */
  end(message: MessageEntry, op: "recall" | "delete" | "expire", doing: Doing): ControlEntry {
    const { seqId: target, from: targetFrom, mentions } = message;
    if (!isCountable(message)) return this.change(message, { op, target, targetFrom }, doing);
    const counted = { uncounts: true, ...(mentions === undefined ? {} : { mentions }) } as const;
    const entry = this.change(message, { op, target, targetFrom, ...counted }, doing);
    this.#ports.store.uncount(target, entry.seqId);
    return entry;
  }

  /** What a control entry about one message did elsewhere. A copy that has it in it already stays as it is. */
  adopt(entry: ControlEntry): void {
    const { log, store } = this.#ports;
    const { seqId, control } = entry;
    if (control.op === "purge") return;
    const message = log.stored(control.target);
    if (message?.kind !== "message") return;
    if ("uncounts" in control && control.uncounts) store.uncount(control.target, seqId);
    if (setsContent(control) && message.gone === undefined) store.putEdit(control.target, seqId);
    const next = amended(message, entry);
    if (next !== message) log.replace(next);
  }

  change(message: MessageEntry, control: Control, { by, asked }: Doing): ControlEntry {
    const { log, fanOut } = this.#ports;
    const entry = log.appendOne(by, asked, { kind: "control", control }, fanOut.fanned);
    log.replace(amended(message, entry));
    fanOut.touch();
    return entry;
  }
}
