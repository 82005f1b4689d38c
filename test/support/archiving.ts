import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@libsql/client";
import type { Entry } from "../../src/protocol/entry.ts";
import { api } from "./api.ts";
import { upTo } from "./person.ts";

const BATCH = 500;
const POLL_MS = 100;

/** The content of the n-th message of a test. */
export function contentOf(n: number): string {
  return `message ${n}`;
}

export interface Talk {
  readonly url: string;
  readonly from: string;
  readonly to: string;
}

export function sessionOf({ from, to }: Talk): string {
  return `SC_${[from, to].sort().join("_")}`;
}

/** Messages `first` … `last`, acknowledged, in order. */
export async function sendMany({ url, from, to }: Talk, first: number, last: number): Promise<void> {
  for (let begin = first; begin <= last; begin += BATCH) {
    const numbers = upTo(Math.min(BATCH, last - begin + 1)).map((n) => begin + n - 1);
    const messages = numbers.map((n) => ({ packId: `n${n}`, from, to, content: contentOf(n) }));
    const { status, body } = await api(url, "/v1/messages/batch", { body: { messages } });
    const results = (body as unknown as { results: { status: number }[] }).results; // SAFETY: what the route answers with
    if (status !== 200 || results.some((result) => result.status !== 200)) throw new Error(`not sent: ${status}`);
  }
}

/** One page before a seqId, the newest without one. */
export async function pageBefore(talk: Talk, before?: number) {
  const query = before === undefined ? "" : `&before=${before}`;
  const { status, body } = await api(talk.url, `/v1/sessions/${sessionOf(talk)}/messages?limit=200${query}`);
  // SAFETY: what the route answers with
  return { status, ...(body as unknown as { name: string; entries: readonly Entry[]; more: boolean }) };
}

/** Pages back to the first message, and throws when a page is not what was sent: a hole, a double, another content. */
export async function readBack(talk: Talk): Promise<number> {
  let [before, count]: [number | undefined, number] = [undefined, 0];
  for (;;) {
    const { status, name, entries, more } = await pageBefore(talk, before);
    if (status !== 200) throw new Error(`no page before ${before}: ${status} ${name}`);
    const end: number = before ?? (entries.at(-1)?.seqId ?? 0) + 1;
    for (const [index, entry] of entries.entries()) requireMessage(entry, end - entries.length + index);
    count += entries.length;
    before = entries[0]?.seqId;
    if (!more) return count;
  }
}

function requireMessage(entry: Entry, n: number): void {
  const isRight =
    entry.kind === "message" && entry.seqId === n && entry.content === contentOf(n) && entry.packId === `n${n}`;
  if (!isRight || entry.cut !== undefined) throw new Error(`not message ${n}: ${JSON.stringify(entry)}`);
}

/** Waits until the archive has so many entries of the session. */
export async function untilArchived(archiveUrl: string, talk: Talk, count: number): Promise<void> {
  const client = createClient({ url: archiveUrl });
  while ((await countIn(client, sessionOf(talk))) < count) await sleep(POLL_MS);
  client.close();
}

async function countIn(client: Client, session: string): Promise<number> {
  try {
    const sql = "SELECT count(*) AS n FROM entries WHERE app = 'main' AND session = :session";
    return Number((await client.execute({ sql, args: { session } })).rows[0]?.n);
  } catch (error) {
    // The server has not made the tables yet.
    if (error instanceof Error && error.message.includes("no such table")) return 0;
    throw error;
  }
}
