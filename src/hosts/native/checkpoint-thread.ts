import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Copies what was committed from the WAL into the database. It takes no lock that a writer waits for; what it leaves, or cannot
 * do, is left to the server's own checkpoints.
 */
if (parentPort !== null) {
  const db = new DatabaseSync(String(workerData), { timeout: 0 });
  db.exec("PRAGMA wal_autocheckpoint = 0");
  const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  parentPort.on("message", () => {
    try {
      checkpoint.get();
    } catch {
      // A disk that is full is so for the server as well, which says so.
    }
  });
}
