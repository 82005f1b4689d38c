import type { Content } from "./content-type.ts";
import type { ErrorName } from "./errors.ts";
import { MAX_CONTENT_BYTES } from "./limits.ts";

const utf8 = new TextEncoder();

/** In bytes of UTF-8; of an object, those of its JSON text. Cheap for what is certainly short. */
function isTooLong(content: Content): boolean {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  if (text.length * 3 <= MAX_CONTENT_BYTES) return false;
  return text.length > MAX_CONTENT_BYTES || utf8.encode(text).byteLength > MAX_CONTENT_BYTES;
}

/** Why content cannot be stored, if so. */
export function contentFault(content: Content): ErrorName | undefined {
  if (content === "") return "TOO_SHORT";
  return isTooLong(content) ? "TOO_LONG" : undefined;
}
