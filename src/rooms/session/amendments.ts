import { amended } from "../../protocol/amend.ts";
import type { ControlEntry, MessageEntry } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Control } from "../../protocol/message-parts.ts";
import type { FanOut } from "./fan-out.ts";
import type { Asked, Log, Unasked } from "./log.ts";

interface AmendmentPorts {
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

  change(message: MessageEntry, control: Control, { by, asked }: Doing): ControlEntry {
    const { log, fanOut } = this.#ports;
    const entry = log.appendOne(by, asked, { kind: "control", control }, fanOut.fanned);
    log.replace(amended(message, entry));
    fanOut.touch();
    return entry;
  }
}
