import type { ArchiveBatch } from "../../src/archive/write-statements.ts";
import type { MessageEntry } from "../../src/protocol/entry.ts";
import { AppId, PackId, UserId } from "../../src/protocol/ids.ts";
import { singleSessionId } from "../../src/protocol/session-id.ts";
import { seededRandom } from "../../test/sim/random.ts";

export const app = AppId.parse("bench");
const USERS = 400;
/** Each user talks with the next ones in the circle, so every user has twice as many sessions. */
const PARTNERS = 10;
export const SESSIONS = USERS * PARTNERS;
const WORDS = 20_000;
const WORDS_PER_MESSAGE = 12;
const START_MS = 1_700_000_000_000;
const MS_PER_MESSAGE = 500;

const random = seededRandom(1);
const below = (limit: number): number => Math.floor(random() * limit);

export const userOf = (index: number): UserId => UserId.parse(`user-${index % USERS}`);

const LETTERS = [..."etaoinshrdlucmfwypvbgkjqxz"];
/** Every fourth word is Chinese. */
function newWord(_: unknown, index: number): string {
  const isHan = index % 4 === 3;
  const length = isHan ? 1 + below(3) : 3 + below(7);
  const letter = () => (isHan ? String.fromCharCode(0x4e00 + below(3_000)) : (LETTERS[below(LETTERS.length)] ?? ""));
  return Array.from({ length }, letter).join("");
}

/** By how common they are, as in a language: the first ones make up most of a text. */
export const words = Array.from({ length: WORDS }, newWord);

const wordOf = (): string => words[Math.floor(WORDS ** random()) - 1] ?? "";

interface Amount {
  readonly rows: number;
  /** Entries of a batch. */
  readonly size: number;
  readonly sessions: number;
}

/** Batches of one session after the other, round and round, until there are so many rows. */
export function* batches({ rows, size, sessions }: Amount): Generator<ArchiveBatch> {
  const perSession = Math.ceil(rows / sessions);
  for (let from = 1; from <= perSession; from += size) {
    for (let session = 0; session < sessions; session += 1) {
      yield batchOf(session, from, Math.min(size, perSession - from + 1));
    }
  }
}

function batchOf(session: number, from: number, count: number): ArchiveBatch {
  const [a, b] = [userOf(session), userOf(session + 1 + Math.floor(session / USERS))];
  const entries = Array.from({ length: count }, (_, index): MessageEntry => {
    const seqId = from + index;
    const sender = seqId % 2 === 0 ? a : b;
    const content = Array.from({ length: WORDS_PER_MESSAGE }, wordOf).join(" ");
    const timestamp = START_MS + seqId * MS_PER_MESSAGE + session;
    return {
      seqId,
      timestamp,
      from: sender,
      packId: PackId.parse(`p-${session}-${seqId}`),
      kind: "message",
      contentType: 1,
      content,
    };
  });
  return { app, sessionId: singleSessionId(a, b), entries };
}
