import type { Content } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import { knownContentFault, MERGED_FORWARD, TEXT } from "../protocol/known-content.ts";
import type { WordFilter } from "./word-filter.ts";

/** The content as this type of message may have it, within the words that are allowed. Throws why it may not. */
export function allowedContent(contentType: number, content: Content, words: WordFilter | undefined): Content {
  const detail = knownContentFault(contentType, content);
  if (detail !== undefined) throw new ParleyError("BAD_PARAMETER", detail);
  return words === undefined ? content : filtered(contentType, content, words);
}

/** What people read: text, the `text` of any object, and the same in what is forwarded. */
function filtered(contentType: number, content: Content, words: WordFilter): Content {
  if (typeof content === "string") return contentType === TEXT ? words.apply(content) : content;
  const { text, items } = content;
  if (typeof text === "string") return { ...content, text: words.apply(text) };
  if (contentType !== MERGED_FORWARD || !Array.isArray(items)) return content;
  return { ...content, items: items.map((item) => filteredItem(item, words)) };
}

function filteredItem(item: { readonly contentType: number; readonly content: Content }, words: WordFilter) {
  return { ...item, content: filtered(item.contentType, item.content, words) };
}
