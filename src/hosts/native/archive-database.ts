import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { type ArchiveMigration, migrateArchive } from "../../archive/migrate.ts";

/** Where the archive is: `file:`, `libsql://`, `http://` or `https://`, with a token for a server that wants one. */
export interface ArchiveAddress {
  readonly url: string;
  readonly token?: string | undefined;
}

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");
const BREAKPOINT = "--> statement-breakpoint";
/** Of a file that another process writes to. The wait blocks the thread; whoever is refused comes again. */
const BUSY_TIMEOUT_MS = 250;

/** What drizzle-kit wrote, in order. */
export function readMigrations(): ArchiveMigration[] {
  const text = readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8");
  const journal = JSON.parse(text) as { entries: { tag: string; when: number }[] }; // SAFETY: written by drizzle-kit
  return journal.entries.map(({ tag, when }) => {
    const file = readFileSync(join(MIGRATIONS, `${tag}.sql`), "utf8");
    const hash = createHash("sha256").update(file).digest("hex");
    return { name: tag, madeAtMs: when, hash, statements: file.split(BREAKPOINT) };
  });
}

/** The archive with its tables up to date. Throws when they are newer than this code. */
export async function openArchive({ url, token }: ArchiveAddress): Promise<Client> {
  const client = url.startsWith("file:") ? await openFile(url) : createClient(remote(url, token));
  try {
    await migrateArchive(client, readMigrations());
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Blocks the thread with whatever it does. */
export async function openFile(url: string): Promise<Client> {
  const path = url.startsWith("file://") ? fileURLToPath(url) : url.slice("file:".length);
  mkdirSync(dirname(path), { recursive: true });
  // One connection: several would only find each other's locks, as all of them block the same thread.
  const client = createClient({ url, concurrency: 1, timeout: BUSY_TIMEOUT_MS });
  await client.execute("PRAGMA journal_mode = WAL"); // synchronous is FULL unless told otherwise
  return reopening(client);
}

/**
 * A statement that found the file locked stays unfinished in the engine until its object is collected, and until then
 * nothing on the same connection can be committed. So the connection is replaced.
 */
function reopening(client: Client): Client {
  const guarded =
    (work: (...given: unknown[]) => Promise<unknown>) =>
    async (...given: unknown[]) => {
      try {
        return await work(...given);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") await client.reconnect();
        throw error;
      }
    };
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const method = value.bind(target);
      return name === "execute" || name === "batch" ? guarded(method) : method;
    },
  });
}

function remote(url: string, token: string | undefined) {
  return token === undefined ? { url } : { url, authToken: token };
}
