import { truncateUnits } from "../text.ts";

/**
 * vivo counts a Latin letter as one, a Chinese character as two and an emoji as one. Its two surrogates count one each here, which is
 * never less than what vivo counts.
 */
function columnsOf(text: string): number {
  let columns = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    columns += unit < 0x100 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return columns;
}

/** The longest beginning of the text that takes so many columns, in whole characters, with "…" where something is missing. */
export function truncateColumns(text: string, maxColumns: number): string {
  if (columnsOf(text) <= maxColumns) return text;
  for (let units = Math.min(maxColumns, text.length - 1); units > 0; units -= 1) {
    const shorter = truncateUnits(text, units);
    if (columnsOf(shorter) <= maxColumns) return shorter;
  }
  return "";
}
