import { ParleyError } from "../protocol/errors.ts";
import { WordAutomaton } from "./word-automaton.ts";

export type WordAction = "replace" | "reject";

export interface WordPolicy {
  readonly list: readonly string[];
  readonly action: WordAction;
}

/**
 * Words that a deployment does not allow: in whichever case and width they are written, also with separators between
 * their letters. A word is found inside of longer ones, too. Making one takes a while: once per process.
 */
export class WordFilter {
  readonly #automaton: WordAutomaton;
  readonly #action: WordAction;
  readonly #folded = foldTable();

  constructor({ list, action }: WordPolicy) {
    this.#automaton = new WordAutomaton(list.map((word) => this.#lettersOf(word.trim())));
    this.#action = action;
  }

  /** The text as it may be passed on: the same, or with `*` for each character of a word. Throws `SENSITIVE_WORD`. */
  apply(text: string): string {
    const found = this.#find(text);
    if (found.length === 0) return text;
    if (this.#action === "reject") throw new ParleyError("SENSITIVE_WORD");
    let clean = "";
    let end = 0;
    for (const [from, to] of found) {
      const begin = Math.max(from, end);
      clean += text.slice(end, begin) + "*".repeat([...text.slice(begin, to)].length);
      end = to;
    }
    return clean + text.slice(end);
  }

  /** Places [from, to) of words, ascending. They may overlap, but none lies within another. */
  #find(text: string): [from: number, to: number][] {
    const found: [from: number, to: number][] = [];
    const automaton = this.#automaton;
    /** Where the letters that count are in the text: those of a word may stand apart. */
    const places = new Int32Array(text.length);
    let count = 0;
    let state = 0;
    let before = 0;
    for (let index = 0; index < text.length; index += 1) {
      const unit = this.#folded[text.charCodeAt(index)] ?? 0;
      if (isSkipped(unit, before)) continue;
      before = unit;
      places[count] = index;
      count += 1;
      state = automaton.next(state, unit);
      const length = automaton.wordAt(state);
      if (length > 0) add(found, [places[count - length] ?? 0, index + 1]);
    }
    return found;
  }

  /** The letters of a word that are compared, folded like those of a text. */
  #lettersOf(word: string): number[] {
    const letters: number[] = [];
    for (let index = 0; index < word.length; index += 1) {
      const unit = this.#folded[word.charCodeAt(index)] ?? 0;
      if (!isSkipped(unit, letters.at(-1) ?? 0)) letters.push(unit);
    }
    return letters;
  }
}

function add(found: [from: number, to: number][], place: [from: number, to: number]): void {
  while ((found.at(-1)?.[0] ?? -1) >= place[0]) found.pop();
  found.push(place);
}

const SPACE = 0x20;
const LAST_ASCII = 0x7f;
/** Full-width forms of ASCII, and how far they are from it. */
const [FIRST_WIDE, LAST_WIDE, WIDE_OFFSET, WIDE_SPACE] = [0xff01, 0xff5e, 0xfee0, 0x3000];
/** Soft hyphen, middle dot, zero-width characters, and what is put between letters to hide a word. */
const SEPARATORS = "*-_.|~^\u00ad\u00b7\u200b\u200c\u200d\u2060\ufeff";
/** What a separator is folded to. */
const NOTHING = 0;

/** A space divides words, but not in scripts that write them without spaces. */
function isSkipped(unit: number, before: number): boolean {
  return unit === NOTHING || (unit === SPACE && before > LAST_ASCII);
}

let folds: Uint16Array | undefined;

/** Lower case of each UTF-16 unit where that is one unit, full-width forms as their ASCII, separators as nothing. */
function foldTable(): Uint16Array {
  folds ??= Uint16Array.from({ length: 0x10000 }, (_, unit) => {
    const narrow = unit >= FIRST_WIDE && unit <= LAST_WIDE ? unit - WIDE_OFFSET : unit === WIDE_SPACE ? SPACE : unit;
    const text = String.fromCharCode(narrow);
    if (SEPARATORS.includes(text)) return NOTHING;
    const lower = text.toLowerCase();
    return lower.length === 1 ? lower.charCodeAt(0) : narrow;
  });
  return folds;
}

/** Text of a user, as it may be stored or shown to others: for all that is neither a message nor an edit. Throws `SENSITIVE_WORD`. */
export function allowedText(words: WordFilter | undefined, text: string): string {
  return words === undefined ? text : words.apply(text);
}
