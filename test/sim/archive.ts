import { type Archived, merge } from "../../src/archive/merge.ts";
import { sessionRoom } from "../../src/kernel/room-name.ts";
import { amended, hasMessage, isAbout, setsContent, spanOf, withoutContent } from "../../src/protocol/amend.ts";
import type { ControlEntry, Entry } from "../../src/protocol/entry.ts";
import { ParleyError } from "../../src/protocol/errors.ts";
import type { SearchHit, SearchMessagesResult } from "../../src/protocol/frames/search.ts";
import type { AppId, SessionId } from "../../src/protocol/ids.ts";
import type { ArchiveCall, AuthoredCall, SearchCall, SessionsPage } from "../../src/protocol/rpc/archive-call.ts";
import type { FeedMoved, FeedPage } from "../../src/protocol/rpc/feed-call.ts";
import { failed, type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { ArchiveJob } from "../../src/protocol/rpc/queue-job.ts";
import type { World } from "./world.ts";

const UNREACHABLE: Outcome = failed(new ParleyError("UNAVAILABLE"));

/** The archive of a simulated world: what it makes of entries is the real one's, its rows are in memory. */
export class SimArchive {
  readonly #world: World;
  readonly #sessions = new Map<string, Map<number, Archived>>();
  isDown = false;
  /** How many contents it gave back. */
  given = 0;

  constructor(world: World) {
    this.#world = world;
    world.archive = (call) => this.#answer(call);
  }

  /** Works on the jobs that there are; answers with how many that were. */
  work(): number {
    if (this.isDown) return 0;
    const jobs = this.#world.jobsOf("archive").splice(0) as ArchiveJob[]; // SAFETY: only those are in this queue
    for (const job of jobs) while (this.follow(job).more);
    return jobs.length;
  }

  /** Takes one page of a session. */
  follow({ app, sessionId }: ArchiveJob): FeedMoved {
    const room = sessionRoom(app, sessionId);
    const page = unwrap(this.#world.call(room, { type: "feed.read", reader: "archive" })) as FeedPage; // SAFETY: what the room answers it with
    const upTo = this.#write({ app, sessionId }, page.entries);
    return unwrap(this.#world.call(room, { type: "feed.moved", reader: "archive", upTo })) as FeedMoved; // SAFETY: as above
  }

  #write(session: { app: AppId; sessionId: SessionId }, entries: readonly Entry[]): number {
    const rows = this.#rowsOf(session);
    const controls = [...rows.values()].flatMap(({ entry }): ControlEntry[] =>
      entry.kind === "control" ? [entry] : [],
    );
    const merged = merge(entries, { rows, controls, complete: rows.size });
    for (const row of merged.rows) rows.set(row.entry.seqId, row);
    for (const entry of entries) if (entry.kind === "control" && entry.control.op === "purge") purge(rows, entry);
    for (const [seqId, { entry }] of rows) {
      if (entry.kind === "control" && merged.gone.includes(spanOf(entry.control).upTo))
        rows.set(seqId, { entry: withoutContent(entry) });
    }
    return rows.size;
  }

  #answer(call: ArchiveCall): Outcome {
    if (this.isDown) return UNREACHABLE;
    if (call.type === "search") return { ok: true, value: this.#search(call) };
    if (call.type === "authored") return { ok: true, value: this.#authored(call) };
    const rows = this.#rowsOf(call);
    const entries = call.seqIds.flatMap((seqId) => rows.get(seqId)?.entry ?? []);
    this.given += entries.length;
    return { ok: true, value: entries };
  }

  /**
   * As a late archive: it has not heard of anybody who left, so what may be seen is for the rooms to say. What the real one
   * finds is what `test/contract/suites/archive-search.ts` checks.
   */
  #search({ app, text = "", from, sessionId, cursor = "0", limit }: SearchCall): SearchMessagesResult {
    const hits = [...this.#sessions].flatMap(([key, rows]) => {
      const [inApp, id] = key.split(" ") as [string, SessionId]; // SAFETY: as `#rowsOf` makes it
      if (inApp !== app || (sessionId !== undefined && id !== sessionId)) return [];
      return [...rows.values()].flatMap(({ entry }): SearchHit | [] => {
        if (entry.kind !== "message" || entry.gone !== undefined || typeof entry.content !== "string") return [];
        const isWanted = entry.content.includes(text) && (from === undefined || entry.from === from);
        return isWanted ? { sessionId: id, entry, snippet: entry.content } : [];
      });
    });
    hits.sort((a, b) => b.entry.timestamp - a.entry.timestamp || b.entry.seqId - a.entry.seqId);
    const end = Number(cursor) + limit;
    const page = hits.slice(Number(cursor), end);
    return { hits: page, ...(end < hits.length ? { cursor: String(end) } : {}) };
  }

  #authored({ app, userId }: AuthoredCall): SessionsPage {
    const isTheirs = ({ entry }: Archived) =>
      entry.kind === "message" && entry.from === userId && entry.gone === undefined;
    const sessionIds = [...this.#sessions].flatMap(([key, rows]) => {
      const [inApp, id] = key.split(" ") as [string, SessionId]; // SAFETY: as `#rowsOf` makes it
      return inApp === app && [...rows.values()].some(isTheirs) ? id : [];
    });
    return { sessionIds };
  }

  #rowsOf({ app, sessionId }: { app: AppId; sessionId: SessionId }): Map<number, Archived> {
    const key = `${app} ${sessionId}`;
    let rows = this.#sessions.get(key);
    if (rows === undefined) {
      rows = new Map();
      this.#sessions.set(key, rows);
    }
    return rows;
  }
}

/** As the statements of the real one. */
function purge(rows: Map<number, Archived>, purging: ControlEntry): void {
  for (const [seqId, { entry }] of rows) {
    if (entry.kind === "message" && isAbout(purging.control, entry))
      rows.set(seqId, { entry: amended(entry, purging) });
    if (entry.kind !== "control" || !setsContent(entry.control)) continue;
    const { target, targetFrom } = entry.control;
    if (hasMessage(spanOf(purging.control), target, targetFrom)) rows.set(seqId, { entry: withoutContent(entry) });
  }
}
