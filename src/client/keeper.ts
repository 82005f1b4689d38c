import type { Environment } from "./environment.ts";
import type { Batch, Store } from "./store.ts";

export interface KeeperPorts {
  readonly environment: Environment;
  readonly store: Store;
  /** Resolves when a batch can be made. */
  settled(): Promise<void>;
  /** What is to be kept of these sessions, as of now; `undefined` while there is nothing that a later run could go on from. */
  batch(sessionIds: readonly string[]): Batch | undefined;
  written(): void;
  failed(error: unknown): void;
}

/** Writes what changed to the store: all of a turn in one batch, one batch at a time. After a failure it writes no more. */
export class Keeper {
  readonly #ports: KeeperPorts;
  #touched = new Set<string>();
  #isDirty = false;
  #cancelTurn: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  #hasFailed = false;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** Something is to be kept, of this session or beside them. */
  touch(sessionId?: string): void {
    if (sessionId !== undefined) this.#touched.add(sessionId);
    this.#isDirty = true;
    if (this.#draining !== undefined) return;
    this.#cancelTurn ??= this.#ports.environment.after(0, () => void this.flush());
  }

  /** Resolves when everything so far is written, or never will be. */
  flush(): Promise<void> {
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    await this.#ports.settled();
    while (this.#isDirty && !this.#hasFailed) {
      const batch = this.#ports.batch([...this.#touched]);
      if (batch === undefined) break;
      this.#touched = new Set();
      this.#isDirty = false;
      try {
        await this.#ports.store.write(batch);
        this.#ports.written();
      } catch (error) {
        this.#hasFailed = true;
        this.#ports.failed(error);
      }
      await this.#ports.settled();
    }
    // In the step of the last look at what is dirty: a touch after it begins anew.
    this.#draining = undefined;
  }
}
