import type { Entry } from "./entry.ts";

/**
 * An entry is made into JSON once: the same text is stored in the log, kept in the receivers' hot rows and
 * joined into frames. Entries are never changed after they were made, so the memo cannot go stale.
 */
const texts = new WeakMap<Entry, string>();

export function entryToJson(entry: Entry): string {
  let text = texts.get(entry);
  if (text === undefined) {
    text = JSON.stringify(entry);
    texts.set(entry, text);
  }
  return text;
}

/** For text that `entryToJson` made; it is trusted, not validated again. */
export function entryFromJson(text: string): Entry {
  const entry = JSON.parse(text) as Entry; // SAFETY: only entryToJson writes these columns
  texts.set(entry, text);
  return entry;
}
