import { WordFilter } from "../src/kernel/word-filter.ts";

const WORDS = 10_000;
const MESSAGE_LENGTH = 200;
const MESSAGES = 2_000;
const ROUNDS = 10;

/** What the word filter costs. */
export interface WordCost {
  readonly name: string;
  readonly buildMs: number;
  readonly microsPerMessage: number;
}

/** The same numbers in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const LATIN = [..."etaoinshrdlucmfwypvbgkjqxz"];
/** The most common part of the Chinese characters. */
const HAN = Array.from({ length: 3_000 }, (_, index) => String.fromCharCode(0x4e00 + index));

function wordsOf(alphabet: readonly string[], lengths: readonly [min: number, max: number]): string[] {
  const next = sequence(1);
  const [min, max] = lengths;
  return Array.from({ length: WORDS }, () =>
    Array.from({ length: min + next(max - min + 1) }, () => alphabet[next(alphabet.length)]).join(""),
  );
}

function messagesOf(alphabet: readonly string[]): string[] {
  const next = sequence(2);
  const letters = [...alphabet, " "];
  return Array.from({ length: MESSAGES }, () =>
    Array.from({ length: MESSAGE_LENGTH }, () => letters[next(letters.length)]).join(""),
  );
}

function cost(name: string, alphabet: readonly string[], lengths: readonly [min: number, max: number]): WordCost {
  const list = wordsOf(alphabet, lengths);
  const messages = messagesOf(alphabet);
  const began = performance.now();
  const filter = new WordFilter({ list, action: "replace" });
  const buildMs = performance.now() - began;
  for (const message of messages) filter.apply(message);
  const warm = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) for (const message of messages) filter.apply(message);
  return { name, buildMs, microsPerMessage: ((performance.now() - warm) * 1_000) / (ROUNDS * MESSAGES) };
}

/** Texts are random sequences of the words' own letters: more of them begin a word than in any language. */
export function wordCosts(): WordCost[] {
  return [cost("Latin, 5–12 letters", LATIN, [5, 12]), cost("Chinese, 2–6 characters", HAN, [2, 6])];
}
