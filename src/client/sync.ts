import type { SyncSessionsResult } from "../protocol/frames/sync.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import type { Environment } from "./environment.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Replica } from "./replica.ts";
import type { Requests } from "./requests.ts";

export interface SyncPorts {
  readonly environment: Environment;
  readonly exchanges: Exchanges;
  readonly requests: Requests;
  readonly replica: Replica;
  /** The session list is complete, and what follows comes live. */
  live(): void;
  /** This connection cannot be synced. */
  failed(reason: string): void;
}

/** Brings the replica up to date after each connect: first the session list, then the priority entries. */
export class Sync {
  readonly #ports: SyncPorts;
  #packId = "";
  #isFetchingPriority = false;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
  }

  /** On a new connection. */
  begin(): void {
    const { environment, exchanges, replica, failed } = this.#ports;
    const packId = environment.newPackId();
    this.#packId = packId;
    const since = replica.timelines.version;
    exchanges.beginSync({ type: "sync.sessions", packId, since }, (answer) => {
      if (answer.ok)
        this.#page(answer.data as SyncSessionsResult); // SAFETY: the result of sync.sessions
      else failed(`no sync: ${answer.error.message}`);
    });
  }

  /** The connection is gone, and its sync with it. */
  lost(): void {
    this.#ports.exchanges.forget(this.#packId);
  }

  /** Fetches the rows that changed, on a connection that is live: after a change to many of them at once. */
  async refresh(): Promise<void> {
    const { requests, replica } = this.#ports;
    for (let more = true; more; ) {
      const since = replica.timelines.version;
      const page = await requests.ask({ type: "sync.sessions", since }, (result) => void replica.synced(result));
      more = page.more;
    }
  }

  #page(page: SyncSessionsResult): void {
    const hasPriority = this.#ports.replica.synced(page);
    if (page.more) {
      this.begin();
      return;
    }
    this.#ports.live();
    if (hasPriority && !this.#isFetchingPriority) void this.#fetchPriority();
  }

  /** What was done to older messages while this device was away, before the gaps of all sessions are filled. */
  async #fetchPriority(): Promise<void> {
    const { requests, replica } = this.#ports;
    this.#isFetchingPriority = true;
    try {
      for (let more = true; more; ) {
        const page = await requests.ask({ type: "sync.priority", after: replica.priority, limit: MAX_PAGE_LIMIT });
        more = page.more && page.cursor > replica.priority;
        replica.prioritised(page.items, page.cursor);
      }
    } catch {
      // The log brings the same; and the next connection tries again.
    }
    this.#isFetchingPriority = false;
  }
}
