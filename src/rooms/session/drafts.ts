import { digestOf } from "../../kernel/digest.ts";
import { contentFault } from "../../protocol/content.ts";
import type { Content } from "../../protocol/content-type.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";
import type { Draft } from "./log.ts";

/** What may become a message of this session. */
export class Drafts {
  /** What an item becomes in the log, or why it does not. */
  draftOf(_sender: UserId, { packId, ttlMs, ...message }: AppendItem): Outcome<Draft> {
    const { contentType, content } = message;
    const fault = contentFault(content);
    if (fault !== undefined) return failed(new ParleyError(fault));
    const digest = digestOf(`${contentType} ${typeof content === "string" ? content : JSON.stringify(content)}`);
    const body = (timestamp: number) => (ttlMs === undefined ? message : { ...message, expiresAt: timestamp + ttlMs });
    return { ok: true, value: { packId, digest, body } };
  }

  /** The content as it may be stored. Throws why it may not. */
  allowed(_contentType: number, content: Content): Content {
    const fault = contentFault(content);
    if (fault !== undefined) throw new ParleyError(fault);
    return content;
  }
}
