import { ParleyError } from "../protocol/errors.ts";

/** Faults of the statement or of the rows: the same again would fail again. Everything else is the connection, the server or its disk. */
const DEFINITE =
  /^(SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|MISUSE|SCHEMA|AUTH|READONLY)|URL_|SQL_PARSE|SQL_STRING|ARGS_)/;

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Runs `work`, which does nothing but ask the database. An outage becomes `UNAVAILABLE`, which may be tried again;
 * what is wrong for good goes on as it is.
 */
export async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== undefined && DEFINITE.test(code)) throw cause;
    throw new ParleyError("UNAVAILABLE", undefined, { cause });
  }
}
