import { allowedContent } from "../../kernel/allowed-content.ts";
import { digestOf } from "../../kernel/digest.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import { contentFault } from "../../protocol/content.ts";
import type { Content } from "../../protocol/content-type.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { PackId, UserId } from "../../protocol/ids.ts";
import type { MessageOptions } from "../../protocol/message-parts.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem, Verdict } from "../../protocol/rpc/session-call.ts";
import type { Access } from "./access.ts";
import type { Draft, Log, MessageBody } from "./log.ts";

interface DraftPorts {
  readonly access: Access;
  readonly log: Log;
  readonly policy: RoomPolicy;
}

/** What may become a message of this session. */
export class Drafts {
  readonly #ports: DraftPorts;

  constructor(ports: DraftPorts) {
    this.#ports = ports;
  }

  /** What an item becomes in the log, or why it does not. */
  draftOf(sender: UserId, { packId, ttlMs, verdict, ...message }: AppendItem): Outcome<Draft> {
    const fault = faultOf(message);
    if (fault !== undefined) return failed(fault);
    const digest = digestOf(wordingOf(message, ttlMs));
    const body = (timestamp: number): Outcome<MessageBody> => {
      try {
        const allowed = this.#allowed(sender, decidedMessage(message, verdict));
        return { ok: true, value: ttlMs === undefined ? allowed : { ...allowed, expiresAt: timestamp + ttlMs } };
      } catch (thrown) {
        if (thrown instanceof ParleyError) return failed(thrown);
        throw thrown;
      }
    };
    return { ok: true, value: { packId, digest, body } };
  }

  /** The content as it may be stored. Throws why it may not. */
  allowed(contentType: number, content: Content): Content {
    const fault = contentFault(content);
    if (fault !== undefined) throw new ParleyError(fault);
    return allowedContent(contentType, content, this.#ports.policy.words);
  }

  /** Throws what is wrong with what the sender says of a message besides its content. */
  requireOptions(sender: UserId, { replyTo, mentions }: MessageOptions): void {
    const { access, log } = this.#ports;
    if (replyTo !== undefined && log.stored(replyTo.seqId)?.kind !== "message")
      throw new ParleyError("NO_SUCH_MESSAGE", "replyTo");
    if (mentions === undefined) return;
    if (mentions.users?.every((userId) => access.isMember(userId)) === false)
      throw new ParleyError("BAD_PARAMETER", "mentions.users: members only");
    if (mentions.all === undefined || access.isAdmin(sender)) return;
    if (access.isGroup) throw new ParleyError("NOT_ALLOWED_IN_GROUP");
    throw new ParleyError("BAD_PARAMETER", "mentions.all: in groups only");
  }

  #allowed(sender: UserId, message: MessageBody): MessageBody {
    this.requireOptions(sender, message);
    const { contentType, content } = message;
    const allowed = allowedContent(contentType, content, this.#ports.policy.words);
    return allowed === content ? message : { ...message, content: allowed };
  }
}

type Wording = Pick<MessageBody, "contentType" | "content">;

/** What the app wants stored of what was asked for. Throws why it wants nothing. */
export function decided({ contentType, content }: Wording, verdict: Verdict | undefined): Wording {
  if (verdict === undefined) return { contentType, content };
  if (verdict.kind === "refused") throw new ParleyError(verdict.error, verdict.detail);
  return { contentType: verdict.contentType ?? contentType, content: verdict.content };
}

function decidedMessage(message: MessageBody, verdict: Verdict | undefined): MessageBody {
  if (verdict === undefined) return message;
  const replaced = { ...message, ...decided(message, verdict) };
  const fault = faultOf(replaced);
  if (fault !== undefined) throw fault;
  return replaced;
}

/** A stream is text, and may begin before there is anything to say. */
function faultOf({ content, streaming }: MessageBody): ParleyError | undefined {
  if (streaming && content === "") return undefined;
  if (streaming && typeof content !== "string") return new ParleyError("BAD_PARAMETER", "content: a stream is text");
  const fault = contentFault(content);
  return fault === undefined ? undefined : new ParleyError(fault);
}

/** What tells one request from another: nearly always no more than type and content. */
function wordingOf(message: MessageBody, ttlMs: number | undefined): string {
  const { contentType, content } = message;
  const wording = `${contentType} ${typeof content === "string" ? content : JSON.stringify(content)}`;
  const isPlain = ttlMs === undefined && Object.keys(message).length === 2;
  const options = isPlain ? NO_OPTIONS : optionsOf(message, ttlMs);
  return options === NO_OPTIONS ? wording : `${wording} ${options}`;
}

const NO_OPTIONS = "{}";

function optionsOf({ contentType: _, content: __, ...options }: MessageBody, ttlMs: number | undefined): string {
  return JSON.stringify({ ...options, ttlMs });
}

/**
 * The drafts of a sender who may not write any more: what is stored already is answered as ever, so that a retry after a
 * lost answer tells the truth (S2). Throws `refused` when that is nothing.
 */
export function stillKnown(
  drafts: readonly Outcome<Draft>[],
  isStored: (packId: PackId) => boolean,
  refused: unknown,
): Outcome<Draft>[] {
  if (!(refused instanceof ParleyError)) throw refused;
  const known = drafts.map((draft) => (draft.ok && isStored(draft.value.packId) ? draft : failed(refused)));
  if (!known.some(({ ok }) => ok)) throw refused;
  return known;
}
