import { digestOf } from "../kernel/digest.ts";
import type { Content } from "../protocol/content-type.ts";
import type { MessageEntry } from "../protocol/entry.ts";
import type { AppId, SessionId } from "../protocol/ids.ts";
import { MERGED_FORWARD, TEXT } from "../protocol/known-content.ts";

/** Fields of a content that people read, of those that `known-content.ts` names. */
const READ_FIELDS = ["text", "title", "name", "address", "caption"] as const;
const SCOPES = 36 ** 3;
/** The index takes three characters and more; of what is shorter, each text is looked through. */
const INDEXED_CHARS = 3;

/** What two texts have in common that people take for the same: case, width, composition. */
export function folded(text: string): string {
  return (
    text
      .toWellFormed()
      .normalize("NFKC")
      .toLowerCase()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: SQLite ends a text at a NUL, and no one searches for the others
      .replace(/[\u0000-\u001f\s]+/g, " ")
      .trim()
  );
}

/** The text of a message as people read it; empty for one that has none. */
export function readableText({ contentType, content }: MessageEntry): string {
  if (typeof content !== "string") return textsOf(content).join("\n");
  // Of a picture, voice, video, file or place, a string is a reference that nobody reads.
  return contentType === TEXT || contentType >= MERGED_FORWARD ? content : "";
}

function textsOf(content: Exclude<Content, string>): string[] {
  const own = READ_FIELDS.map((field) => content[field]).filter((value) => typeof value === "string");
  const items = Array.isArray(content.items) ? content.items : [];
  return [...own, ...items.flatMap(textsOfItem)];
}

function textsOfItem(item: unknown): string[] {
  if (typeof item !== "object" || item === null || !("content" in item)) return [];
  const { content } = item;
  if (typeof content === "string") return [content];
  // One level: a forward within a forward is opened before it is read.
  return typeof content === "object" && content !== null ? textsOf({ ...content, items: [] }) : [];
}

/**
 * Three characters that stand for a session in the full-text index, where three characters are a term. Sessions may share
 * them: they only spare looking at the matches of everybody else.
 */
export function scopeOf(app: AppId, sessionId: SessionId): string {
  return (digestOf(`${app}/${sessionId}`) % SCOPES).toString(36).padStart(3, "0");
}

export interface Terms {
  /** Looked up in the index. */
  readonly indexed: readonly string[];
  /** Too short for it. */
  readonly short: readonly string[];
}

/** The words of a query: a text that is found contains all of them. */
export function termsOf(query: string): Terms {
  const terms = [...new Set(folded(query).split(" "))].filter((term) => term !== "");
  const isIndexed = (term: string): boolean => [...term].length >= INDEXED_CHARS;
  return { indexed: terms.filter(isIndexed), short: terms.filter((term) => !isIndexed(term)) };
}

/** An expression of FTS5. Every term is a quoted string, in which nothing but the quote has a meaning. */
export function matchOf(scopes: readonly string[], terms: readonly string[]): string {
  const parts: string[] = [];
  if (scopes.length > 0) parts.push(`scope : (${scopes.map(quoted).join(" OR ")})`);
  if (terms.length > 0) parts.push(`text : (${terms.map(quoted).join(" AND ")})`);
  return parts.join(" AND ");
}

function quoted(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

const SNIPPET_CHARS = 160;
/** Of a snippet, what stands before the word. */
const LEAD_CHARS = 40;

/** The part of a message's text where the first of the words is; its beginning where folding moved it. */
export function snippetOf(entry: MessageEntry, { indexed, short }: Terms): string {
  const text = readableText(entry);
  const [word] = [...indexed, ...short];
  const at = word === undefined ? 0 : Math.max(text.toLowerCase().indexOf(word) - LEAD_CHARS, 0);
  const end = at + SNIPPET_CHARS;
  const part = text.slice(at, end).toWellFormed();
  return `${at > 0 ? "…" : ""}${part}${end < text.length ? "…" : ""}`;
}
