import type { Profile } from "../protocol/frames/user.ts";
import type { Request, Requests } from "./requests.ts";

/** Profiles, and what the user notes about others. */
export class Users {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** In the order asked for, at most 100; a user who never set a profile has just the id. */
  async get(userIds: readonly string[]): Promise<Profile[]> {
    return (await this.#requests.ask({ type: "user.get", userIds })).users;
  }

  /** The own profile: what is given changes, `null` takes a field away. */
  update(profile: Request<"user.update">["profile"]): Promise<Profile> {
    return this.#requests.ask({ type: "user.update", profile });
  }

  /** What the user noted about another, for themself alone. */
  async attributes(userId: string): Promise<Readonly<Record<string, string>>> {
    return (await this.#requests.ask({ type: "attr.get", userId })).attributes;
  }

  /** `null` takes it away. */
  async setAttribute(userId: string, name: string, value: string | null): Promise<void> {
    await this.#requests.ask({ type: "attr.set", userId, name, value });
  }
}
