const [PAGES, PAGE] = [0x100, 0x100];

/** Aho–Corasick over UTF-16 units: all words in one pass, whatever their number. States are numbered breadth first. */
export class WordAutomaton {
  /** From the state in which no word has begun, where a text is most of the time: pages of 256 units, where a word begins in one. */
  readonly #root: (Int32Array | undefined)[] = Array.from({ length: PAGES });
  /** Transitions of state s: at #first[s] up to #first[s + 1], ascending by unit. The one at i leads to state i + 1. */
  readonly #first: Int32Array;
  readonly #units: Uint16Array;
  readonly #fail: Int32Array;
  readonly #word: Int32Array;

  constructor(words: readonly (readonly number[])[]) {
    const { first, units, lengths } = breadthFirst(words.toSorted(byUnits));
    this.#first = Int32Array.from(first);
    this.#units = Uint16Array.from(units);
    this.#word = Int32Array.from(lengths);
    this.#fail = new Int32Array(lengths.length);
    for (let state = 0; state < lengths.length; state += 1) {
      const fail = this.#fail[state] ?? 0;
      this.#word[state] = Math.max(this.wordAt(state), this.wordAt(fail));
      const end = this.#first[state + 1] ?? 0;
      for (let edge = this.#first[state] ?? 0; edge < end; edge += 1) {
        const unit = this.#units[edge] ?? 0;
        if (state === 0) this.#begin(unit, edge + 1);
        else this.#fail[edge + 1] = this.next(fail, unit);
      }
    }
  }

  next(state: number, unit: number): number {
    let from = state;
    while (from !== 0) {
      const target = this.#target(from, unit);
      if (target !== 0) return target;
      from = this.#fail[from] ?? 0;
    }
    return this.#root[unit >> 8]?.[unit & 0xff] ?? 0;
  }

  /** Length of the longest word that ends in this state; 0: none. */
  wordAt(state: number): number {
    return this.#word[state] ?? 0;
  }

  #begin(unit: number, state: number): void {
    const page = this.#root[unit >> 8] ?? new Int32Array(PAGE);
    this.#root[unit >> 8] = page;
    page[unit & 0xff] = state;
  }

  #target(state: number, unit: number): number {
    let low = this.#first[state] ?? 0;
    let high = this.#first[state + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#units[middle] ?? 0;
      if (found === unit) return middle + 1;
      if (found < unit) low = middle + 1;
      else high = middle;
    }
    return 0;
  }
}

function byUnits(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return (a[at] ?? 0) - (b[at] ?? 0);
  return a.length - b.length;
}

interface Trie {
  /** Of each state, where its transitions begin; and where the last ones end. */
  readonly first: number[];
  readonly units: number[];
  /** Of each state, that of the word that it is; 0: none. */
  readonly lengths: number[];
}

/** A state is a beginning that some of the sorted words share: they stand together, so no tree has to be made. */
function breadthFirst(sorted: readonly (readonly number[])[]): Trie {
  const trie: Trie = { first: [0], units: [], lengths: [] };
  const states = [{ from: 0, to: sorted.length, depth: 0 }];
  for (const { from, to, depth } of states) {
    let at = from;
    while (at < to && sorted[at]?.length === depth) at += 1;
    trie.lengths.push(at > from ? depth : 0);
    while (at < to) {
      const unit = sorted[at]?.[depth] ?? 0;
      const begin = at;
      while (at < to && sorted[at]?.[depth] === unit) at += 1;
      trie.units.push(unit);
      states.push({ from: begin, to: at, depth: depth + 1 });
    }
    trie.first.push(trie.units.length);
  }
  return trie;
}
