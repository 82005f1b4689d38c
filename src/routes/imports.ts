import { sessionRoom } from "../kernel/room-name.ts";
import type { Entry } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { AppId, SessionId } from "../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../protocol/limits.ts";
import type { ImportResult } from "../protocol/rpc/import-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { EntryLine } from "./exports.ts";
import type { Line } from "./line-reader.ts";
import { parsed } from "./problem.ts";

/** Entries of one call. */
const MAX_ENTRIES = 256;

interface Target {
  readonly app: AppId;
  readonly sessionId: SessionId;
}

/** Consecutive lines on their way into the room together. */
interface Batch {
  readonly entries: Entry[];
  readonly firstLine: number;
  lastLine: number;
  chars: number;
}

/**
 * Brings lines of an export into their session, as many at once as one call may carry. What is wrong is told with its line, and
 * with how far the log is: what was before the line is there, and the rest is to be sent again from there.
 */
export async function importLines(deps: Deps, target: Target, lines: AsyncIterable<Line>): Promise<ImportResult> {
  const importing = new Importing(deps, target);
  await importing.begin();
  try {
    try {
      for await (const line of lines) await importing.take(line);
    } finally {
      await importing.end();
    }
  } catch (fault) {
    throw importing.withHead(fault);
  }
  return importing.result;
}

class Importing {
  readonly #deps: Deps;
  readonly #target: Target;
  result: ImportResult = { headSeqId: 0, imported: 0, skipped: 0 };
  #batch: Batch | undefined;

  constructor(deps: Deps, target: Target) {
    this.#deps = deps;
    this.#target = target;
  }

  /** Where the log is before anything is imported. */
  begin(): Promise<void> {
    return this.#send([]);
  }

  async take(line: Line): Promise<void> {
    const entry = await at(`line ${line.number}`, () => entryIn(line, this.#target.sessionId));
    const { chars: waiting = 0, entries = [] } = this.#batch ?? {};
    if (entries.length >= MAX_ENTRIES || waiting + line.text.length > MAX_BATCH_BYTES) await this.end();
    this.#batch ??= { entries: [], firstLine: line.number, lastLine: line.number, chars: 0 };
    this.#batch.entries.push(entry);
    this.#batch.lastLine = line.number;
    this.#batch.chars += line.text.length;
  }

  /** Everything that was taken is there. */
  async end(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    const { firstLine, lastLine, entries } = batch;
    await at(firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`, () =>
      this.#send(entries),
    );
  }

  /** What may be sent again as it is says nothing of it. */
  withHead(fault: unknown): unknown {
    if (!(fault instanceof ParleyError) || fault.retry) return fault;
    const head = `entry ${this.result.headSeqId} is the last one that is there`;
    return new ParleyError(fault.errorName, `${fault.detail}; ${head}`, { cause: fault });
  }

  async #send(entries: readonly Entry[]): Promise<void> {
    const { app, sessionId } = this.#target;
    const call = { type: "import", entries } as const;
    const sent = unwrap(await this.#deps.call(sessionRoom(app, sessionId), call)) as ImportResult; // SAFETY: what imports answer with
    const { imported, skipped } = this.result;
    this.result = { headSeqId: sent.headSeqId, imported: imported + sent.imported, skipped: skipped + sent.skipped };
  }
}

function entryIn({ text }: Line, wanted: SessionId): Entry {
  const line = jsonOf(text);
  const { sessionId } = parsed(EntryLine.safeParse(line));
  if (sessionId !== wanted) throw new ParleyError("BAD_PARAMETER", "sessionId: another one");
  return (line as EntryLine).entry; // SAFETY: just validated; what `parse` makes of it has its parts in another order
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError("MALFORMED", "no JSON", { cause });
  }
}

/** Whatever is refused says where it was. */
async function at<T>(where: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof ParleyError) || fault.retry) throw fault;
    throw new ParleyError(fault.errorName, fault.detail === undefined ? where : `${where}: ${fault.detail}`, {
      cause: fault,
    });
  }
}
