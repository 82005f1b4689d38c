import type { Content } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { Cursor, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
import { MAX_MERGED } from "../protocol/limits.ts";
import type { ResultOf } from "../protocol/results.ts";
import type { SessionEntry } from "./events.ts";
import type { SendOptions } from "./outbox.ts";
import type { Replica } from "./replica.ts";
import type { Requests } from "./requests.ts";

/** Content of the type `MERGED_CONTENT_TYPE`: several messages in one, as they were when they were forwarded. */
export interface MergedContent {
  readonly title: string;
  readonly items: readonly {
    readonly sessionId: string;
    readonly seqId: number;
    readonly from: string;
    readonly timestamp: number;
    readonly contentType: number;
    readonly content: Content;
  }[];
}
export const MERGED_CONTENT_TYPE = 7;

type Send = (sessionId: string, content: Content, options: SendOptions) => Promise<MsgSendResult>;

/**
 * What is done to a message. Each verb appends a control entry to the log and resolves with its seqId, 0 when there was nothing
 * to change. Each rejects with `NO_SUCH_MESSAGE`, `MESSAGE_GONE`, `TOO_LATE` or what a member may not: `ACCESS_DENIED`,
 * `NOT_ALLOWED_IN_GROUP`.
 */
export class Messages {
  readonly #requests: Requests;
  readonly #replica: Replica;
  readonly #send: Send;

  constructor(requests: Requests, replica: Replica, send: Send) {
    this.#requests = requests;
    this.#replica = replica;
    this.#send = send;
  }

  /** Its content is gone for everybody, and everybody sees that: by its sender within a time, or by admins. */
  recall(sessionId: string, seqId: number): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.control", sessionId, seqId, op: "recall" });
  }

  /** The same without a time limit. */
  delete(sessionId: string, seqId: number): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.control", sessionId, seqId, op: "delete" });
  }

  /** Other content for everybody, by its sender. */
  edit(
    sessionId: string,
    seqId: number,
    { content, contentType }: { content: Content; contentType?: number },
  ): Promise<MsgSendResult> {
    const type = contentType === undefined ? {} : { contentType };
    return this.#requests.ask({ type: "msg.control", sessionId, seqId, op: "override", content, ...type });
  }

  /** Deletes messages for the user alone, on all their devices. Everything up to them is read then. */
  hide(sessionId: string, seqIds: readonly number[]): Promise<MsgReadResult> {
    return this.#requests.ask({ type: "msg.hide", sessionId, seqIds }, (state) => {
      this.#replica.hidden(sessionId, seqIds);
      this.#replica.timelines.read(sessionId, state);
    });
  }

  react(sessionId: string, seqId: number, reaction: string): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.react", sessionId, seqId, reaction });
  }

  unreact(sessionId: string, seqId: number, reaction: string): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.react", sessionId, seqId, reaction, remove: true });
  }

  /** Who gave which reaction; how many gave it is in the message itself. */
  async reactions(sessionId: string, seqId: number): Promise<ResultOf<"msg.reactions">["reactions"]> {
    return (await this.#requests.ask({ type: "msg.reactions", sessionId, seqId })).reactions;
  }

  pin(sessionId: string, seqId: number): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.pin", sessionId, seqId });
  }

  unpin(sessionId: string, seqId: number): Promise<MsgSendResult> {
    return this.#requests.ask({ type: "msg.pin", sessionId, seqId, remove: true });
  }

  async pins(sessionId: string): Promise<ResultOf<"msg.pins">["pins"]> {
    return (await this.#requests.ask({ type: "msg.pins", sessionId })).pins;
  }

  /** Who has read a message; its sender does not count. */
  readers(sessionId: string, seqId: number): Promise<ResultOf<"msg.readers">> {
    return this.#requests.ask({ type: "msg.readers", sessionId, seqId });
  }

  /** How far each member has received and read a session. */
  async cursors(sessionId: string): Promise<Cursor[]> {
    return (await this.#requests.ask({ type: "msg.cursors", sessionId })).cursors;
  }

  /** Sends messages on, one by one, in the order given, each with where it came from first. */
  async forward(messages: readonly SessionEntry[], to: string): Promise<MsgSendResult[]> {
    const sending = messages.map(forwardable).map(({ sessionId, entry }) => {
      const { contentType, content, seqId, from } = entry;
      const forwarded = entry.forwarded ?? { sessionId, seqId, from };
      return this.#send(to, content, { contentType, forwarded });
    });
    return Promise.all(sending);
  }

  /** Sends up to 100 messages as one, with a title that is not empty. */
  async forwardMerged(messages: readonly SessionEntry[], to: string, title: string): Promise<MsgSendResult> {
    if (messages.length === 0 || messages.length > MAX_MERGED) {
      throw new ParleyError("BAD_PARAMETER", `1 to ${MAX_MERGED} messages are merged`);
    }
    const merged: MergedContent = {
      title,
      items: messages.map(forwardable).map(({ sessionId, entry }) => {
        const { seqId, from, timestamp, contentType, content } = entry;
        return { sessionId, seqId, from, timestamp, contentType, content };
      }),
    };
    return this.#send(to, { ...merged }, { contentType: MERGED_CONTENT_TYPE });
  }
}

function forwardable({ sessionId, entry }: SessionEntry) {
  if (entry.kind !== "message" || entry.cut === true) {
    throw new ParleyError("BAD_PARAMETER", "only whole messages are forwarded");
  }
  if (entry.gone !== undefined) throw new ParleyError("MESSAGE_GONE");
  return { sessionId, entry };
}
