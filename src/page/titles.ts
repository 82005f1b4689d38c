import type { Entry, ParleyClient } from "../client/index.ts";
import { singleTitle } from "./wording.ts";

/** What sessions are called: single chats by the other user, groups by their name, which their notices and the server tell. */
export class Titles {
  readonly #client: ParleyClient;
  readonly #me: string;
  readonly #changed: () => void;
  readonly #groups = new Map<string, string>();

  constructor(client: ParleyClient, me: string, changed: () => void) {
    this.#client = client;
    this.#me = me;
    this.#changed = changed;
    client.on("entry", ({ sessionId, entry }) => this.#heard(sessionId, entry));
  }

  of(sessionId: string): string {
    const single = singleTitle(sessionId, this.#me);
    if (single !== undefined) return single;
    if (sessionId.startsWith("BM_")) return "Notices";
    const known = this.#groups.get(sessionId);
    if (known === undefined) void this.#fetch(sessionId);
    return known ?? `Group ${sessionId.slice(-6)}`;
  }

  #heard(sessionId: string, entry: Entry): void {
    if (entry.kind === "notice" && "info" in entry.notice) this.#know(sessionId, entry.notice.info.name);
  }

  async #fetch(groupId: string): Promise<void> {
    const fallback = `Group ${groupId.slice(-6)}`;
    // Asked once; a notice brings the next name.
    this.#groups.set(groupId, fallback);
    try {
      this.#know(groupId, (await this.#client.groups.get(groupId)).info.name);
    } catch {
      // Of a group that the user has left nothing more is told.
    }
  }

  #know(groupId: string, name: string): void {
    this.#groups.set(groupId, name);
    this.#changed();
  }
}
