import type { Client } from "@libsql/client";
import { ArchiveKept } from "../../src/archive/kept.ts";
import { ArchiveReader } from "../../src/archive/reader.ts";
import { ArchiveSearch, type SearchAsk } from "../../src/archive/search.ts";
import { ArchiveWriter } from "../../src/archive/writer.ts";
import type { Content } from "../../src/protocol/content-type.ts";
import type { ControlEntry, Entry, MessageEntry, Notice, NoticeEntry } from "../../src/protocol/entry.ts";
import { AppId, PackId, SessionId, UserId } from "../../src/protocol/ids.ts";
import { noticeSessionId, singleSessionId } from "../../src/protocol/session-id.ts";

export const T0 = 1_700_000_000_000;
export const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => UserId.parse(name)) as [
  UserId,
  UserId,
  UserId,
]; // SAFETY: three names make three ids
export const chat = singleSessionId(alice, bob);
export const group = SessionId.parse(`GC_${"0".repeat(26)}`);

let tenants = 0;

function nextApp(): AppId {
  tenants += 1;
  return AppId.parse(`case-${tenants}`);
}

/** An app of its own in the archive under test, so that cases may share the database. */
export class Archive {
  readonly app = nextApp();
  readonly client: Client;
  readonly writer: ArchiveWriter;
  readonly reader: ArchiveReader;
  readonly kept: ArchiveKept;
  readonly notices: SessionId;
  nowMs = T0 + 1_000_000;
  readonly #search: ArchiveSearch;

  constructor(client: Client) {
    this.client = client;
    const clock = { nowMs: () => this.nowMs };
    this.writer = new ArchiveWriter(client);
    this.reader = new ArchiveReader(client, clock);
    this.#search = new ArchiveSearch(client, clock);
    this.kept = new ArchiveKept(client);
    this.notices = noticeSessionId(this.app, alice);
  }

  write(sessionId: SessionId, ...entries: Entry[]) {
    return this.writer.write({ app: this.app, sessionId, entries });
  }

  /** Those of the first 300 that are here. */
  entries(sessionId = chat): Promise<Entry[]> {
    return this.reader.entries(
      { app: this.app, sessionId },
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  }

  async entry(seqId: number): Promise<Entry | undefined> {
    const [entry] = await this.reader.entries({ app: this.app, sessionId: chat }, [seqId]);
    return entry;
  }

  async count(): Promise<number> {
    return (await this.rows("SELECT seq FROM entries WHERE app = :app")).length;
  }

  /** What the app's database has besides the entries themselves. */
  async rows(sql: string): Promise<string[]> {
    const { rows } = await this.client.execute({ sql, args: { app: this.app } });
    return rows.map((row) => JSON.stringify(Object.values(row)));
  }

  search(userId: UserId, ask: Partial<SearchAsk> = {}) {
    return this.#search.search({ app: this.app, userId, limit: 50, ...ask });
  }

  /** The seqIds of what a user finds, the newest first. */
  async found(userId: UserId, ask: string | Partial<SearchAsk>): Promise<number[]> {
    const { hits } = await this.search(userId, typeof ask === "string" ? { text: ask } : ask);
    return hits.map(({ entry }) => entry.seqId);
  }
}

const base = (seqId: number, from: UserId) => ({
  seqId,
  timestamp: T0 + seqId,
  from,
  packId: PackId.parse(`${from}-${seqId}`),
});

export function message(
  seqId: number,
  content: Content = `text ${seqId}`,
  more: Partial<MessageEntry> = {},
): MessageEntry {
  return { ...base(seqId, alice), kind: "message", contentType: 1, content, ...more };
}

export function recall(seqId: number, target: number, by = alice): ControlEntry {
  const control = { op: "recall", target, targetFrom: alice, uncounts: true } as const;
  return { ...base(seqId, by), kind: "control", control };
}

export function override(seqId: number, target: number, content: string): ControlEntry {
  const control = { op: "override", target, targetFrom: alice, contentType: 1, content } as const;
  return { ...base(seqId, alice), kind: "control", control };
}

export function purge(seqId: number, span: { after: number; upTo: number; sender?: UserId }): ControlEntry {
  return { ...base(seqId, alice), kind: "control", control: { op: "purge", as: "deleted", ...span } };
}

export function notice(seqId: number, what: Notice): NoticeEntry {
  return { ...base(seqId, alice), kind: "notice", notice: what };
}

export function created(...users: UserId[]): NoticeEntry {
  return notice(1, { event: "created", users, info: { name: "g", memberLimit: 500, joinPolicy: "invite" } });
}

export function messages(first: number, last: number): MessageEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
}
