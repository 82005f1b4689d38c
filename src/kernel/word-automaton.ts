interface Node {
  readonly children: Map<number, Node>;
  id: number;
  /** Length of the longest word that ends here; 0: none. */
  word: number;
}

/** Aho–Corasick over UTF-16 units: all words in one pass, whatever their number. States are numbered breadth first. */
export class WordAutomaton {
  /** From the state in which no word has begun, where a text is most of the time. */
  readonly #root = new Int32Array(0x10000);
  /** Transitions of state s: at #first[s] up to #first[s + 1], ascending by unit. */
  readonly #first: Int32Array;
  readonly #units: Uint16Array;
  readonly #targets: Int32Array;
  readonly #fail: Int32Array;
  readonly #word: Int32Array;

  constructor(words: readonly (readonly number[])[]) {
    const nodes = breadthFirst(trieOf(words));
    this.#first = new Int32Array(nodes.length + 1);
    this.#units = new Uint16Array(nodes.length - 1);
    this.#targets = new Int32Array(nodes.length - 1);
    this.#fail = new Int32Array(nodes.length);
    this.#word = new Int32Array(nodes.length);
    let edge = 0;
    for (const { id, children, word } of nodes) {
      this.#first[id] = edge;
      this.#word[id] = Math.max(word, this.#word[this.#fail[id] ?? 0] ?? 0);
      for (const [unit, child] of sorted(children)) {
        this.#units[edge] = unit;
        this.#targets[edge] = child.id;
        edge += 1;
        if (id === 0) this.#root[unit] = child.id;
        else this.#fail[child.id] = this.next(this.#fail[id] ?? 0, unit);
      }
      this.#first[id + 1] = edge;
    }
  }

  next(state: number, unit: number): number {
    let from = state;
    while (from !== 0) {
      const target = this.#target(from, unit);
      if (target !== 0) return target;
      from = this.#fail[from] ?? 0;
    }
    return this.#root[unit] ?? 0;
  }

  /** Length of the longest word that ends in this state; 0: none. */
  wordAt(state: number): number {
    return this.#word[state] ?? 0;
  }

  #target(state: number, unit: number): number {
    let low = this.#first[state] ?? 0;
    let high = this.#first[state + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#units[middle] ?? 0;
      if (found === unit) return this.#targets[middle] ?? 0;
      if (found < unit) low = middle + 1;
      else high = middle;
    }
    return 0;
  }
}

function trieOf(words: readonly (readonly number[])[]): Node {
  const root: Node = { children: new Map(), id: 0, word: 0 };
  for (const word of words) {
    let node = root;
    for (const unit of word) {
      let child = node.children.get(unit);
      if (child === undefined) {
        child = { children: new Map(), id: 0, word: 0 };
        node.children.set(unit, child);
      }
      node = child;
    }
    node.word = word.length;
  }
  return root;
}

const sorted = (children: ReadonlyMap<number, Node>) => [...children].sort(([a], [b]) => a - b);

function breadthFirst(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) {
    for (const [, child] of sorted(node.children)) {
      child.id = nodes.length;
      nodes.push(child);
    }
  }
  return nodes;
}
