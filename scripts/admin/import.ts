import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { MAX_USERS_AT_ONCE } from "../../src/protocol/limits.ts";
import { ParleyError } from "../../src/routes/client.ts";
import { UserLine } from "../../src/routes/exports.ts";
import { type AdminCommand, type AdminPorts, UsageError, word } from "./command.ts";
import { SessionImport } from "./import-session.ts";
import { patiently } from "./patient.ts";

type ProfileLine = Extract<UserLine, { type: "profile" }>;

/** Lines of any number of exports, one after the other. */
export const importCommand: AdminCommand = {
  usage: "<file>",
  run: async (ports, given) => {
    const importing = new Importing(ports);
    const lines = createInterface({ input: createReadStream(word(given)), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) await importing.take(line);
    return importing.end();
  },
};

class Importing {
  readonly #ports: AdminPorts;
  readonly #result = { sessions: 0, imported: 0, skipped: 0, profiles: 0, ignored: 0, refused: 0 };
  #number = 0;
  #session: SessionImport | undefined;
  /** What this one says is left out: it is as one user sees it, or the server refused some of it. */
  #leftOut: string | undefined;
  #profiles: ProfileLine["profile"][] = [];

  constructor(ports: AdminPorts) {
    this.#ports = ports;
  }

  async take(text: string): Promise<void> {
    this.#number += 1;
    if (text.trim() === "") return;
    const line = this.#parsed(text);
    if (line.type === "profile") await this.#takeProfile(line);
    else if (line.type === "entry" && line.sessionId !== this.#leftOut) await this.#takeEntry(text, line);
    else this.#result.ignored += 1;
    if (line.type === "session") this.#leftOut = line.session.sessionId;
  }

  async end(): Promise<object> {
    await this.#endSession();
    await this.#sendProfiles();
    const { ignored } = this.#result;
    if (ignored > 0)
      this.#ports.say(
        `${ignored} lines were left out: of conversations as one user sees them, relations, or what was refused`,
      );
    return this.#result;
  }

  #parsed(text: string): UserLine {
    try {
      return UserLine.parse(JSON.parse(text));
    } catch (cause) {
      throw new UsageError(`line ${this.#number} is of no export`, { cause });
    }
  }

  async #takeProfile({ profile }: ProfileLine): Promise<void> {
    this.#profiles.push(profile);
    if (this.#profiles.length === MAX_USERS_AT_ONCE) await this.#sendProfiles();
  }

  async #sendProfiles(): Promise<void> {
    const users = this.#profiles.map(({ updatedAt: _, ...profile }) => profile);
    this.#profiles = [];
    if (users.length === 0) return;
    await patiently(this.#ports, () => this.#ports.app.users.batch.$post({ json: { users } }));
    this.#result.profiles += users.length;
  }

  async #takeEntry(text: string, { sessionId, entry }: Extract<UserLine, { type: "entry" }>): Promise<void> {
    if (this.#session?.sessionId !== sessionId) await this.#endSession();
    await this.#orLeaveOut(sessionId, async () => {
      this.#session ??= await SessionImport.begin(this.#ports, sessionId);
      await this.#session.take(text, entry.seqId);
    });
  }

  async #endSession(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    await this.#orLeaveOut(session.sessionId, () => session.flush());
    this.#session = undefined;
    this.#result.sessions += 1;
    this.#result.imported += session.imported;
    this.#result.skipped += session.skipped;
  }

  /** One conversation that is refused keeps no other back. */
  async #orLeaveOut(sessionId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ParleyError) || error.retry) throw error;
      this.#ports.complain(`${sessionId}: ${error.errorName}: ${error.message}`);
      this.#result.refused += 1;
      this.#leftOut = sessionId;
    }
  }
}
