import type { z } from "zod";
import type { Entry, MessageEntry } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgPin, MsgPins, MsgPinsResult, MsgSendResult } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES, MAX_PINS } from "../../protocol/limits.ts";
import type { Access } from "./access.ts";
import type { FanOut } from "./fan-out.ts";
import type { SessionFeature } from "./feature.ts";
import { askedOf, type Log } from "./log.ts";
import type { PinRow, PinStore } from "./pin-store.ts";
import { messageAt } from "./targets.ts";

type Pin = z.infer<typeof MsgPin>;

interface PinPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly store: PinStore;
}

/** Messages that are kept in sight for everybody. */
export class Pins implements SessionFeature {
  readonly #ports: PinPorts;

  constructor(ports: PinPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "msg.pin": (by: UserId, frame: Pin) => this.#pin(by, frame),
    "msg.pins": (by: UserId, _frame: z.infer<typeof MsgPins>) => this.#list(by),
  };

  imported(entry: Entry): void {
    if (entry.kind !== "control") return;
    const { control, seqId: pinnedBySeqId, from: by, timestamp: at } = entry;
    if (control.op !== "pin" && control.op !== "unpin") return;
    this.#ports.store.remove(control.target);
    if (control.op === "pin") this.#ports.store.put({ seqId: control.target, pinnedBySeqId, by, at });
  }

  #pin(by: UserId, frame: Pin): MsgSendResult {
    const { sessionId, access, log } = this.#ports;
    access.requireMember(by);
    const known = log.findAsked(by, askedOf(frame));
    if (known !== undefined) return { sessionId, seqId: known.seqId, timestamp: known.timestamp, repeated: true };
    if (access.isGroup && !access.isAdmin(by)) throw new ParleyError("NOT_ALLOWED_IN_GROUP");
    const message = log.entry(frame.seqId);
    if (message?.kind !== "message") throw new ParleyError("NO_SUCH_MESSAGE");
    const pins = this.#ports.store.all();
    const isPinned = pins.some(({ seqId }) => seqId === frame.seqId);
    if (frame.remove !== true) messageAt(log, frame.seqId);
    if (isPinned !== (frame.remove === true)) return { sessionId, seqId: 0, timestamp: 0 };
    return { sessionId, ...(frame.remove ? this.#unpin(by, frame, message) : this.#add(by, frame, pins)) };
  }

  #add(by: UserId, frame: Pin, pins: readonly PinRow[]): { seqId: number; timestamp: number } {
    const { log, store } = this.#ports;
    const message = messageAt(log, frame.seqId);
    const gone = pins.filter(({ seqId }) => this.#shown(seqId) === undefined);
    if (pins.length - gone.length >= MAX_PINS) throw new ParleyError("LIMIT_REACHED", `at most ${MAX_PINS} pins`);
    if (pins.length >= MAX_PINS) for (const { seqId } of gone) store.remove(seqId);
    const entry = this.#note(by, frame, message);
    store.put({ seqId: frame.seqId, pinnedBySeqId: entry.seqId, by, at: entry.timestamp });
    return entry;
  }

  #unpin(by: UserId, frame: Pin, message: MessageEntry): { seqId: number; timestamp: number } {
    this.#ports.store.remove(frame.seqId);
    return this.#note(by, frame, message);
  }

  #note(by: UserId, frame: Pin, { seqId: target, from: targetFrom }: MessageEntry) {
    const { log, fanOut } = this.#ports;
    const control = { op: frame.remove ? "unpin" : "pin", target, targetFrom } as const;
    const { seqId, timestamp } = log.appendOne(by, askedOf(frame), { kind: "control", control }, fanOut.fanned);
    fanOut.touch();
    return { seqId, timestamp };
  }

  #list(by: UserId): z.infer<typeof MsgPinsResult> {
    const { access, store } = this.#ports;
    access.requireMember(by);
    let bytes = 0;
    const pins = store.all().flatMap(({ seqId, by, at }) => {
      const entry = this.#shown(seqId);
      if (entry === undefined) return [];
      const size = entryToJson(entry).length;
      if (bytes + size > MAX_BATCH_BYTES)
        return { seqId, by, at, entry: { ...entry, content: "", cut: true } as const };
      bytes += size;
      return { seqId, by, at, entry };
    });
    return { pins };
  }

  /** A pinned message as it is now, unless it is gone. */
  #shown(seqId: number): MessageEntry | undefined {
    const entry = this.#ports.log.entry(seqId);
    return entry?.kind === "message" && entry.gone === undefined ? entry : undefined;
  }
}
