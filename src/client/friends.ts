import type { Relation } from "../protocol/frames/friend.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import type { Requests } from "./requests.ts";

export interface FriendOptions {
  readonly greeting?: string;
  /** What the user calls the other, seen by nobody else. */
  readonly remark?: string;
}

/** Friends. A change by the other side comes as a `syncCommand` event `friends`: then `sync` again. */
export class Friends {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Makes a friend, or asks them, as the deployment's policy says: the state of the relation tells which. */
  add(userId: string, options: FriendOptions = {}): Promise<Relation> {
    return this.#requests.ask({ type: "friend.add", userId, ...options });
  }

  /** To a request of the other. Without one: `NO_SUCH_REQUEST`. */
  answer(userId: string, accept: boolean, { remark }: Pick<FriendOptions, "remark"> = {}): Promise<Relation> {
    return this.#requests.ask({ type: "friend.answer", userId, accept, ...(remark === undefined ? {} : { remark }) });
  }

  /** Ends the friendship for both. */
  async remove(userId: string): Promise<void> {
    await this.#requests.ask({ type: "friend.remove", userId });
  }

  /** An empty remark takes it away. */
  async setRemark(userId: string, remark: string): Promise<void> {
    await this.#requests.ask({ type: "friend.remark", userId, remark });
  }

  /** Relations that changed after version `since`, all of them without it, and the version to go on from. */
  async sync(since = 0): Promise<{ relations: Relation[]; version: number }> {
    const relations: Relation[] = [];
    for (let version = since; ; ) {
      const page = await this.#requests.ask({ type: "friend.sync", since: version, limit: MAX_PAGE_LIMIT });
      relations.push(...page.relations);
      version = page.version;
      if (!page.more) return { relations, version };
    }
  }
}
