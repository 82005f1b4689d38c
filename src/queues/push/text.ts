const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const ELLIPSIS = "…";
/** How far beyond a cut to look for where its character ends; no emoji is longer. */
const LOOK_AHEAD_UNITS = 64;

export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** The end of the last whole character (grapheme) that ends at or before `unit`. */
function boundary(text: string, unit: number): number {
  if (unit >= text.length) return text.length;
  return graphemes.segment(text.slice(0, unit + LOOK_AHEAD_UNITS)).containing(unit)?.index ?? 0;
}

/** As much of the text as fits into so many bytes of UTF-8, in whole characters, ending in "…" where something is missing. */
export function truncateUtf8(text: string, maxBytes: number): string {
  // A unit of UTF-16 is at most three bytes of UTF-8.
  if (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes) return text;
  const marker = maxBytes >= utf8Length(ELLIPSIS) ? ELLIPSIS : "";
  const room = new Uint8Array(maxBytes - utf8Length(marker));
  return text.slice(0, boundary(text, encoder.encodeInto(text, room).read)) + marker;
}

/** The same, counted in units of UTF-16, for providers that count characters: nobody counts more than that. */
export function truncateUnits(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const marker = maxUnits >= ELLIPSIS.length ? ELLIPSIS : "";
  return text.slice(0, boundary(text, maxUnits - marker.length)) + marker;
}
