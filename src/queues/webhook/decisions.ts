import { z } from "zod";
import { Decision } from "../../protocol/rpc/hook-service-call.ts";

/** One decision for each message, or one that holds for all. */
const Answer = z.union([z.object({ decisions: z.array(Decision) }), Decision]);

/** What a receiver decided about `count` messages; `undefined` when it does not say. No content allows all. */
export function decisionsIn(body: string, count: number): Decision[] | undefined {
  if (body.trim() === "") return all({ action: "allow" }, count);
  const parsed = Answer.safeParse(jsonOf(body));
  if (!parsed.success) return undefined;
  if ("action" in parsed.data) return all(parsed.data, count);
  const { decisions } = parsed.data;
  return decisions.length === count ? decisions : undefined;
}

function all(decision: Decision, count: number): Decision[] {
  return Array.from({ length: count }, () => decision);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
