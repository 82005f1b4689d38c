import type { z } from "zod";
import type { Entry, MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgReact, MsgReactions, MsgReactionsResult, MsgSendResult } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import { MAX_REACTIONS } from "../../protocol/limits.ts";
import type { Access } from "./access.ts";
import type { Amendments } from "./amendments.ts";
import type { SessionFeature } from "./feature.ts";
import { askedOf, type Log } from "./log.ts";
import type { ReactionStore } from "./reaction-store.ts";
import { messageAt } from "./targets.ts";

type React = z.infer<typeof MsgReact>;

interface ReactionPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly amendments: Amendments;
  readonly store: ReactionStore;
}

/** Reactions to messages: the message counts them, a row for each says whose it is. */
export class Reactions implements SessionFeature {
  readonly #ports: ReactionPorts;

  constructor(ports: ReactionPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "msg.react": (by: UserId, frame: React) => this.#react(by, frame),
    "msg.reactions": (by: UserId, frame: z.infer<typeof MsgReactions>) => this.#list(by, frame.seqId),
  };

  imported(entry: Entry): void {
    if (entry.kind !== "control") return;
    const { control, from: userId } = entry;
    if (control.op !== "react" && control.op !== "unreact") return;
    const row = { seqId: control.target, reaction: control.reaction, userId };
    this.#ports.store.remove(row);
    if (control.op === "react") this.#ports.store.put(row);
  }

  #react(by: UserId, frame: React): MsgSendResult {
    const { sessionId, access, log, store } = this.#ports;
    access.requireMember(by);
    const known = log.findAsked(by, askedOf(frame));
    if (known !== undefined) return { sessionId, seqId: known.seqId, timestamp: known.timestamp, repeated: true };
    const { seqId, reaction, remove } = frame;
    requireUsable(reaction);
    const message = messageAt(log, seqId);
    const isThere = store.has({ seqId, reaction, userId: by });
    if (isThere !== (remove === true)) return { sessionId, seqId: 0, timestamp: 0 };
    if (!isThere) requirePlace(message, reaction);
    return { sessionId, ...this.#change(by, frame, message) };
  }

  #change(by: UserId, frame: React, message: MessageEntry): { seqId: number; timestamp: number } {
    const { amendments, store } = this.#ports;
    const { seqId: target, reaction, remove } = frame;
    const row = { seqId: target, reaction, userId: by };
    if (remove) store.remove(row);
    else store.put(row);
    const op = remove ? "unreact" : "react";
    const control = { op, target, targetFrom: message.from, reaction } as const;
    const { seqId, timestamp } = amendments.change(message, control, { by, asked: askedOf(frame) });
    return { seqId, timestamp };
  }

  #list(by: UserId, seqId: number): z.infer<typeof MsgReactionsResult> {
    const { access, log, store } = this.#ports;
    access.requireMember(by);
    const given = Object.keys(messageAt(log, seqId).reactions ?? {});
    return { reactions: given.map((reaction) => ({ reaction, users: store.usersOf(seqId, reaction) })) };
  }
}

/** A text that SQLite or an object's keys would make another one of cannot be counted. */
export function isUsable(reaction: string): boolean {
  return reaction.isWellFormed() && !reaction.includes("\0") && reaction !== "__proto__";
}

function requireUsable(reaction: string): void {
  if (!isUsable(reaction)) throw new ParleyError("BAD_PARAMETER", "reaction");
}

function requirePlace({ reactions = {} }: MessageEntry, reaction: string): void {
  if (Object.hasOwn(reactions, reaction) || Object.keys(reactions).length < MAX_REACTIONS) return;
  throw new ParleyError("LIMIT_REACHED", `at most ${MAX_REACTIONS} different reactions`);
}
