import type { ResultSet } from "@libsql/client";
import type { ControlEntry, Entry, MessageEntry } from "../protocol/entry.ts";
import { entryFromJson } from "../protocol/entry-json.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";
import { type Archived, type Known, merge, NOTHING } from "./merge.ts";
import { type ArchiveBatch, type Assumption, STALE, statementsOf } from "./write-statements.ts";

/** How far the archive is with a session. */
export interface Progress {
  /** Every entry up to this one is here: the room may let go of them. */
  readonly completeSeqId: number;
  /** The newest entry that is here. */
  readonly headSeqId: number;
}

/** Writers of the same session at the same time are rare, and each attempt of several lets one through. */
const MAX_ATTEMPTS = 8;

const REVISION = "SELECT rev, complete FROM sessions WHERE app = :app AND session = :session";
const ROWS = `SELECT seq, entry, base FROM entries
  WHERE app = :app AND session = :session AND seq IN (SELECT value FROM json_each(:seqs))`;
/** Those after the newest one that the stored copy has in it. */
const CONTROLS = `SELECT c.entry FROM json_each(:seqs) wanted
  LEFT JOIN entries m ON m.app = :app AND m.session = :session AND m.seq = wanted.value
  JOIN entries c ON c.app = :app AND c.session = :session AND c.target = wanted.value
    AND c.seq > coalesce(coalesce(m.base, m.entry) ->> '$.amendedBy', 0)`;

/** Writes what session rooms hand over. Batches may come late, twice and in any order. */
export class ArchiveWriter {
  readonly #client: ArchiveClient;

  constructor(client: ArchiveClient) {
    this.#client = client;
  }

  /**
   * Stores a batch in one transaction. One round trip when it continues what is here and is about nothing else, else
   * one more that reads. Throws `UNAVAILABLE` in an outage, in which the batch may have been stored: write it again.
   */
  async write(batch: ArchiveBatch): Promise<Progress> {
    if (batch.entries.length === 0) return this.progress(batch);
    const fresh = isSelfContained(batch.entries)
      ? await this.#store(batch, NOTHING, { kind: "nothing from here on" })
      : undefined;
    if (fresh !== undefined) return fresh;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const { rev, known } = await this.#read(batch);
      const stored = await this.#store(batch, known, { kind: "revision", rev });
      if (stored !== undefined) return stored;
    }
    throw new ParleyError("UNAVAILABLE", "others keep writing to the session");
  }

  async progress({ app, sessionId }: Pick<ArchiveBatch, "app" | "sessionId">): Promise<Progress> {
    const sql = "SELECT complete, head FROM sessions WHERE app = :app AND session = :session";
    return progressOf(await reach(() => this.#client.execute({ sql, args: { app, session: sessionId } })));
  }

  /** `undefined`: the assumption does not hold, nothing was stored. */
  async #store(batch: ArchiveBatch, known: Known, assumption: Assumption): Promise<Progress | undefined> {
    const statements = statementsOf(batch, merge(batch.entries, known), assumption);
    try {
      const results = await reach(() => this.#client.batch(statements, "write"));
      return progressOf(results.at(-1));
    } catch (error) {
      if (error instanceof Error && error.message.includes(STALE)) return undefined;
      throw error;
    }
  }

  /** What is here of the batch and of what it is about. */
  async #read({ app, sessionId, entries }: ArchiveBatch): Promise<{ rev: number; known: Known }> {
    const about = entries.flatMap((entry) => targetIn(entry) ?? []);
    const seqs = JSON.stringify([...new Set([...entries.map(({ seqId }) => seqId), ...about])]);
    const args = { app, session: sessionId, seqs };
    const statements = [
      { sql: REVISION, args: { app, session: sessionId } },
      { sql: ROWS, args },
      { sql: CONTROLS, args },
    ];
    const [session, rows, controls] = await reach(() => this.#client.batch(statements, "read"));
    const known = {
      rows: new Map(rows?.rows.map((row) => [Number(row.seq), archivedOf(row)])),
      // SAFETY: only control entries have a target
      controls: controls?.rows.map((row) => entryFromJson(String(row.entry)) as ControlEntry) ?? [],
      complete: Number(session?.rows[0]?.complete ?? 0),
    };
    return { rev: Number(session?.rows[0]?.rev ?? 0), known };
  }
}

/** Whether it needs nothing but itself, if nothing of it is here. */
function isSelfContained(entries: readonly Entry[]): boolean {
  const first = entries[0]?.seqId ?? 0;
  return entries.every((entry) => (targetIn(entry) ?? first) >= first);
}

/** The one message that a control entry is about. */
function targetIn(entry: Entry): number | undefined {
  return entry.kind === "control" && entry.control.op !== "purge" ? entry.control.target : undefined;
}

function archivedOf(row: ResultSet["rows"][number]): Archived {
  const entry = entryFromJson(String(row.entry));
  if (row.base === null) return { entry };
  return { entry, base: entryFromJson(String(row.base)) as MessageEntry }; // SAFETY: only messages have a base
}

function progressOf(result: ResultSet | undefined): Progress {
  const row = result?.rows[0];
  return { completeSeqId: Number(row?.complete ?? 0), headSeqId: Number(row?.head ?? 0) };
}
