import type { Requests } from "./requests.ts";

/** Users whose messages do not arrive. They get `BLOCKED` when they write in the single chat. */
export class Blocks {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async add(userId: string): Promise<void> {
    await this.#requests.ask({ type: "block.add", userId });
  }

  async remove(userId: string): Promise<void> {
    await this.#requests.ask({ type: "block.remove", userId });
  }

  async list(): Promise<string[]> {
    return (await this.#requests.ask({ type: "block.list" })).userIds;
  }
}
