import type { z } from "zod";
import { assertNever } from "../../kernel/assert.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { Content } from "../../protocol/content-type.ts";
import type { ControlEntry, Entry, MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgControl, MsgSendResult } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";
import type { Access } from "./access.ts";
import type { Amendments, Doing } from "./amendments.ts";
import { type Drafts, decided } from "./drafts.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import { askedOf, type Log } from "./log.ts";

type Frame = z.infer<typeof MsgControl>;

/** What is asked for, and what the app decided about its content. */
interface Change {
  readonly frame: Frame;
  readonly verdict: Verdict | undefined;
}

interface ControlPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly drafts: Drafts;
  readonly amendments: Amendments;
  readonly clock: Clock;
  readonly policy: RoomPolicy;
}

/** `msg.control`: messages that are taken back, replaced or deleted, for everybody. */
export class ControlRequests implements SessionFeature {
  readonly #ports: ControlPorts;

  constructor(ports: ControlPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "msg.control": (by: UserId, frame: Frame, verdict?: Verdict): MsgSendResult =>
      this.#once(by, frame, () => this.#asked(by, { frame, verdict })),
  };

  readonly calls: SessionCalls = {
    control: ({ by, frame, verdict }): MsgSendResult => {
      this.#ports.access.requireOperator({ kind: "server" });
      const message = this.#target(frame);
      const name = by ?? message.from;
      const change = { frame, verdict };
      return this.#once(name, frame, () => this.#change({ by: name, asked: askedOf(frame) }, change, message));
    },
  };

  imported(entry: Entry): void {
    if (entry.kind === "control") this.#ports.amendments.adopt(entry);
  }

  #once(by: UserId, frame: Frame, change: () => ControlEntry): MsgSendResult {
    const { sessionId, log } = this.#ports;
    const known = log.findAsked(by, askedOf(frame));
    const { seqId, timestamp } = known ?? change();
    return { sessionId, seqId, timestamp, ...(known === undefined ? {} : { repeated: true }) };
  }

  #asked(by: UserId, change: Change): ControlEntry {
    const { access } = this.#ports;
    const { frame } = change;
    if (frame.op === "override") access.requireWriter(by);
    else access.requireMember(by);
    const message = this.#target(frame);
    this.#requireRight(by, frame, message);
    if (frame.op === "recall" && message.gone === undefined) this.#requireInTime(by, message);
    return this.#change({ by, asked: askedOf(frame) }, change, message);
  }

  #target({ seqId }: Frame): MessageEntry {
    const message = this.#ports.log.entry(seqId);
    if (message?.kind !== "message") throw new ParleyError("NO_SUCH_MESSAGE");
    return message;
  }

  #change(doing: Doing, change: Change, message: MessageEntry): ControlEntry {
    const { amendments } = this.#ports;
    const { op } = change.frame;
    if (message.gone !== undefined) throw new ParleyError("MESSAGE_GONE");
    switch (op) {
      case "recall":
        return amendments.end(message, "recall", doing);
      case "delete":
        return amendments.end(message, "delete", doing);
      case "override":
        return amendments.change(message, this.#replacement(message, change), doing);
      default:
        return assertNever(op);
    }
  }

  /** The sender; what takes a message away is also for those who keep order in the group. */
  #requireRight(by: UserId, { op }: Frame, message: MessageEntry): void {
    const { access } = this.#ports;
    if (message.from === by || (op !== "override" && access.isAdmin(by))) return;
    throw new ParleyError(access.isGroup ? "NOT_ALLOWED_IN_GROUP" : "ACCESS_DENIED");
  }

  #requireInTime(by: UserId, { timestamp }: MessageEntry): void {
    const { access, clock, policy } = this.#ports;
    if (clock.nowMs() - timestamp > policy.recallWindowMs && !access.isAdmin(by)) throw new ParleyError("TOO_LATE");
  }

  #replacement(message: MessageEntry, { frame, verdict }: Change) {
    if (message.streaming) throw new ParleyError("REFUSED", "the message is still being written");
    // SAFETY: the frame's schema demands a content for an override
    const asked = { contentType: frame.contentType ?? message.contentType, content: frame.content as Content };
    const { contentType, content: said } = decided(asked, verdict);
    const content = this.#ports.drafts.allowed(contentType, said);
    return { op: "override", target: message.seqId, targetFrom: message.from, contentType, content } as const;
  }
}
