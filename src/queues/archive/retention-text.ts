import { z } from "zod";
import { Retention } from "../../protocol/rpc/app-settings.ts";
import { SESSION_KINDS } from "../../protocol/session-id.ts";

const FORM = `needs days by kind of session, like ${SESSION_KINDS.map((kind) => `${kind}=90`).join(",")}`;

/** A retention as a variable says it: `single=365,group=90`. */
export const RetentionText = z.string().transform((text, context): Retention => {
  const parts = text.split(",").flatMap((part) => part.trim() || []);
  const given = parts.map((part) => {
    const [kind = "", days = ""] = part.split("=").map((word) => word.trim());
    return [kind, days === "keep" ? days : Number(days || Number.NaN)] as const;
  });
  const parsed = Retention.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  context.addIssue(FORM);
  return z.NEVER;
});
