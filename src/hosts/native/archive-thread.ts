import { parentPort, workerData } from "node:worker_threads";
import type { InStatement, ResultSet, TransactionMode } from "@libsql/client";
import type { ArchiveClient } from "../../archive/client.ts";
import { openFile } from "./archive-database.ts";

/** What the thread is asked, and answers. */
export type ToThread = { readonly id: number } & (
  | { readonly method: "execute"; readonly args: [InStatement] }
  | { readonly method: "batch"; readonly args: [InStatement[], TransactionMode] }
);
export type FromThread =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly code: string | undefined };

/** Without the methods, which cannot be sent. */
function plain({ columns, rows, rowsAffected }: ResultSet): object {
  return { columns, rows: rows.map((row) => ({ ...row })), rowsAffected };
}

async function work(client: ArchiveClient, asked: ToThread): Promise<unknown> {
  if (asked.method === "execute") return plain(await client.execute(...asked.args));
  return (await client.batch(...asked.args)).map(plain);
}

async function answer(client: ArchiveClient, asked: ToThread): Promise<FromThread> {
  const { id } = asked;
  try {
    return { id, ok: true, value: await work(client, asked) };
  } catch (thrown) {
    const error = thrown as Error & { readonly code?: string }; // SAFETY: the client throws nothing but errors
    return { id, ok: false, message: error.message, code: error.code };
  }
}

/** The engine of a file blocks the thread that it runs in: this one has nothing else to do. */
if (parentPort !== null) {
  const port = parentPort;
  const opened = openFile(String(workerData));
  port.on("message", async (asked: ToThread) => port.postMessage(await answer(await opened, asked)));
}
