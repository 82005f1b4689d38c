import { Worker } from "node:worker_threads";
import { createClient, type InStatement, type ResultSet, type TransactionMode } from "@libsql/client";
import type { ArchiveClient } from "../../archive/client.ts";
import { migrateArchive } from "../../archive/migrate.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { type ArchiveAddress, readMigrations } from "./archive-database.ts";
import type { FromThread, ToThread } from "./archive-thread.ts";

type Question = ToThread extends infer Asked ? (Asked extends unknown ? Omit<Asked, "id"> : never) : never;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A file, in a thread of its own: another one when that dies, as its engine is foreign code. */
class FileThread implements ArchiveClient {
  readonly #url: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(url: string) {
    this.#url = url;
  }

  execute(statement: InStatement): Promise<ResultSet> {
    return this.#ask({ method: "execute", args: [statement] }) as Promise<ResultSet>; // SAFETY: what the thread answers it with
  }

  batch(statements: InStatement[], mode: TransactionMode): Promise<ResultSet[]> {
    return this.#ask({ method: "batch", args: [statements, mode] }) as Promise<ResultSet[]>; // SAFETY: as above
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(asked: Question): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#worker ??= this.#start();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker.postMessage({ id, ...asked });
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./archive-thread.ts", import.meta.url), { workerData: this.#url });
    worker.on("message", (answer: FromThread) => this.#take(answer));
    worker.on("error", (fault: Error) => this.#lose(fault));
    worker.on("exit", () => this.#lose(new Error("the archive's thread has ended")));
    return worker;
  }

  #take(answer: FromThread): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
  }

  #lose(fault: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
  }
}

/** The archive of a running server. It may be out of reach, also at the start: its tables are brought up to date before the first use. */
export class ArchiveLink implements ArchiveClient {
  readonly #base: ArchiveClient & { close(): void | Promise<void> };
  #migrated: Promise<unknown> | undefined;

  private constructor({ url, token }: ArchiveAddress) {
    const remote = token === undefined ? { url } : { url, authToken: token };
    this.#base = url.startsWith("file:") ? new FileThread(url) : createClient(remote);
  }

  /** Throws when the tables are newer than this code. */
  static async open(address: ArchiveAddress, onOutage: (fault: unknown) => void): Promise<ArchiveLink> {
    const link = new ArchiveLink(address);
    try {
      await link.#ready();
    } catch (error) {
      if (!(error instanceof ParleyError)) {
        await link.close();
        throw error;
      }
      onOutage(error.cause ?? error);
    }
    return link;
  }

  async execute(statement: InStatement): Promise<ResultSet> {
    await this.#ready();
    return this.#base.execute(statement);
  }

  async batch(statements: InStatement[], mode: TransactionMode): Promise<ResultSet[]> {
    await this.#ready();
    return this.#base.batch(statements, mode);
  }

  async close(): Promise<void> {
    await this.#base.close();
  }

  #ready(): Promise<unknown> {
    this.#migrated ??= migrateArchive(this.#base, readMigrations()).catch((error: unknown) => {
      this.#migrated = undefined;
      throw error;
    });
    return this.#migrated;
  }
}
