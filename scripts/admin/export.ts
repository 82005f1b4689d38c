import { type FileHandle, open } from "node:fs/promises";
import { type AdminCommand, type AdminPorts, word } from "./command.ts";
import { patiently } from "./patient.ts";

const PAGE = 200;

/** Everything that `import` takes: profiles of all users and their conversations, or the conversations that are named. */
export const exportCommand: AdminCommand = {
  usage: "<file> [<session> …]",
  run: async (ports, given) => {
    const file = await open(word(given), "w");
    const named = given.words.slice(1);
    const exporting = new Exporting(ports, file);
    try {
      for (const sessionId of named) await exporting.session(sessionId);
      if (named.length === 0) await exporting.everything();
      return exporting.result;
    } finally {
      await file.close();
    }
  },
};

class Exporting {
  readonly #ports: AdminPorts;
  readonly #file: FileHandle;
  readonly #done = new Set<string>();
  readonly result = { users: 0, sessions: 0 };

  constructor(ports: AdminPorts, file: FileHandle) {
    this.#ports = ports;
    this.#file = file;
  }

  async everything(): Promise<void> {
    const { app } = this.#ports;
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await patiently(this.#ports, async () => (await app.users.$get({ query })).json());
      for (const { userId } of page.users) await this.#user(userId);
      ({ cursor } = page);
    }
  }

  /** A stream that breaks off fails the command: half of a conversation is no export. */
  async session(sessionId: string): Promise<void> {
    if (this.#done.has(sessionId)) return;
    this.#done.add(sessionId);
    const request = { param: { sessionId }, query: {} };
    const answer = await patiently(this.#ports, () => this.#ports.app.sessions[":sessionId"].export.$get(request));
    for await (const chunk of answer.body ?? []) await this.#file.write(chunk);
    this.result.sessions += 1;
    this.#ports.say(sessionId);
  }

  async #user(userId: string): Promise<void> {
    const { app } = this.#ports;
    const param = { userId };
    const profile = await patiently(this.#ports, async () => (await app.users[":userId"].$get({ param })).json());
    await this.#file.write(`${JSON.stringify({ type: "profile", profile })}\n`);
    this.result.users += 1;
    for (let before: string | undefined, more = true; more; more = before !== undefined) {
      const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const page = await patiently(this.#ports, async () =>
        (await app.users[":userId"].sessions.$get({ param, query })).json(),
      );
      for (const { sessionId, member } of page.sessions) if (member) await this.session(sessionId);
      before = page.next;
    }
  }
}
