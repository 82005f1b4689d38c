import type { InStatement, ResultSet, TransactionMode } from "@libsql/client";

/** What the archive needs of a client of libSQL. */
export interface ArchiveClient {
  execute(statement: InStatement): Promise<ResultSet>;
  /** One transaction. */
  batch(statements: InStatement[], mode: TransactionMode): Promise<ResultSet[]>;
}
