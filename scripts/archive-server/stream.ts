import { type Connection, SqlFault } from "./connection.ts";
import type { Batch, BatchResult, Cond, StreamRequest, StreamResponse, StreamResult, WireError } from "./protocol.ts";

/** What a client does under one baton: one connection, and the SQL texts that it stored. */
export class Stream {
  readonly #connection: Connection;
  readonly #texts = new Map<number, string>();
  #isClosed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Each request has a result of its own; after one that failed the next are done all the same. */
  async handle(requests: readonly StreamRequest[]): Promise<StreamResult[]> {
    const results: StreamResult[] = [];
    for (const request of requests) {
      try {
        results.push({ type: "ok", response: await this.#respond(request) });
      } catch (error) {
        results.push({ type: "error", error: wireErrorOf(error) });
      }
    }
    return results;
  }

  close(): void {
    if (!this.#isClosed) this.#connection.close();
    this.#isClosed = true;
  }

  async #respond(request: StreamRequest): Promise<StreamResponse> {
    if (this.#isClosed) throw new SqlFault("the stream is closed", "STREAM_CLOSED");
    switch (request.type) {
      case "close":
        this.close();
        break;
      case "execute":
        return { type: "execute", result: await this.#connection.execute(this.#sqlOf(request.stmt), request.stmt) };
      case "batch":
        return { type: "batch", result: await this.#batch(request.batch) };
      case "sequence":
        await this.#connection.script(this.#sqlOf(request));
        break;
      case "store_sql":
        this.#texts.set(request.sql_id, request.sql);
        break;
      case "close_sql":
        this.#texts.delete(request.sql_id);
        break;
      default:
        request satisfies never;
    }
    return { type: request.type };
  }

  async #batch({ steps }: Batch): Promise<BatchResult> {
    const step_results: BatchResult["step_results"][number][] = [];
    const step_errors: (WireError | null)[] = [];
    for (const { condition, stmt } of steps) {
      let result: BatchResult["step_results"][number] = null;
      let fault: WireError | null = null;
      try {
        const isMet = condition == null || holds(condition, { step_results, step_errors });
        if (isMet) result = await this.#connection.execute(this.#sqlOf(stmt), stmt);
      } catch (error) {
        fault = wireErrorOf(error);
      }
      step_results.push(result);
      step_errors.push(fault);
    }
    return { step_results, step_errors };
  }

  #sqlOf({ sql, sql_id }: { sql?: string | undefined; sql_id?: number | undefined }): string {
    const text = sql ?? this.#texts.get(sql_id ?? Number.NaN);
    if (text === undefined) throw new SqlFault(`there is no SQL text ${sql_id}`, "SQL_NOT_FOUND");
    return text;
  }
}

function holds(cond: Cond, done: BatchResult): boolean {
  switch (cond.type) {
    case "ok":
      return done.step_results[cond.step] != null;
    case "error":
      return done.step_errors[cond.step] != null;
    case "not":
      return !holds(cond.cond, done);
    case "and":
      return cond.conds.every((one) => holds(one, done));
    case "or":
      return cond.conds.some((one) => holds(one, done));
    default:
      return cond satisfies never;
  }
}

function wireErrorOf(error: unknown): WireError {
  if (error instanceof SqlFault) return { message: error.message, code: error.code };
  throw error;
}
