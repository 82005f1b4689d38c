import { digestOf } from "../../kernel/digest.ts";
import { contentFault } from "../../protocol/content.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { PackId } from "../../protocol/ids.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";
import type { Draft } from "./log.ts";

/** What an item becomes in the log, or why it does not. */
export function draftOf({ packId, ttlMs, ...message }: AppendItem): Outcome<Draft> {
  const { contentType, content } = message;
  const fault = contentFault(content);
  if (fault !== undefined) return failed(new ParleyError(fault));
  const digest = digestOf(`${contentType} ${typeof content === "string" ? content : JSON.stringify(content)}`);
  const body = (timestamp: number) => (ttlMs === undefined ? message : { ...message, expiresAt: timestamp + ttlMs });
  return { ok: true, value: { packId, digest, body } };
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
