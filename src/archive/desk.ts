import { assertNever } from "../kernel/assert.ts";
import type { Clock } from "../kernel/ports.ts";
import type { ArchiveCall } from "../protocol/rpc/archive-call.ts";
import { failed, type Outcome } from "../protocol/rpc/outcome.ts";
import type { ArchiveClient } from "./client.ts";
import { ArchiveKept } from "./kept.ts";
import { ArchiveReader } from "./reader.ts";
import { ArchiveSearch } from "./search.ts";

/** Answers what rooms and routes ask of the archive. Never rejects: an outage is `UNAVAILABLE`. */
export class ArchiveDesk {
  readonly #reader: ArchiveReader;
  readonly #search: ArchiveSearch;
  readonly #kept: ArchiveKept;

  constructor(client: ArchiveClient, clock: Clock) {
    this.#reader = new ArchiveReader(client, clock);
    this.#search = new ArchiveSearch(client, clock);
    this.#kept = new ArchiveKept(client);
  }

  async answer(call: ArchiveCall): Promise<Outcome> {
    try {
      return { ok: true, value: await this.#find(call) };
    } catch (error) {
      return failed(error);
    }
  }

  #find(call: ArchiveCall): Promise<unknown> {
    switch (call.type) {
      case "entries":
        return this.#reader.entries(call, call.seqIds);
      case "authored":
        return this.#kept.authored(call);
      case "search":
        return this.#search.search(call);
      default:
        return assertNever(call);
    }
  }
}
