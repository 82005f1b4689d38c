import type { AppSettings, PolicyOverrides } from "../protocol/rpc/app-settings.ts";
import { ownWordsOf } from "./own-words.ts";
import type { WordFilter } from "./word-filter.ts";

/** What a deployment may decide about its rooms. */
export interface RoomPolicy {
  /** Requests per second of one connection, and how many may come at once. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** How long a sender may recall a message of theirs. */
  readonly recallWindowMs: number;
  /** Who may write to whom in single chats. */
  readonly messages: "everyone" | "friends";
  /** Whether a user becomes a friend by being added, or has to accept. */
  readonly friendship: "direct" | "request";
  /** Where subscriptions of Web Push may be, if anywhere else than at the push services of browsers. */
  readonly webPushServices?: readonly string[] | undefined;
  /** Words that no text may have. */
  readonly words?: WordFilter | undefined;
  /** Without it nothing is archived, and rooms keep all of their logs. */
  readonly archive: ArchivePolicy | undefined;
}

/** What a session room keeps when the archive has it as well: an entry stays whole while either says so. */
export interface ArchivePolicy {
  /** The newest so many. */
  readonly hotEntries: number;
  /** Those that are not older. */
  readonly hotMs: number;
}

export const DEFAULT_POLICY: RoomPolicy = {
  requestsPerSecond: 100,
  requestBurst: 400,
  recallWindowMs: 120_000,
  messages: "everyone",
  friendship: "request",
  archive: undefined,
};

/** The policy of a deployment, with what an app has decided over it at the moment in which it is read. */
export class AppPolicy implements RoomPolicy {
  readonly #deployed: RoomPolicy;
  readonly #settings: () => AppSettings;

  constructor(deployed: RoomPolicy, settings: () => AppSettings) {
    this.#deployed = deployed;
    this.#settings = settings;
  }

  get requestsPerSecond(): number {
    return this.#own.requestsPerSecond ?? this.#deployed.requestsPerSecond;
  }

  get requestBurst(): number {
    return this.#own.requestBurst ?? this.#deployed.requestBurst;
  }

  get recallWindowMs(): number {
    return this.#own.recallWindowMs ?? this.#deployed.recallWindowMs;
  }

  get messages(): RoomPolicy["messages"] {
    return this.#own.messages ?? this.#deployed.messages;
  }

  get friendship(): RoomPolicy["friendship"] {
    return this.#own.friendship ?? this.#deployed.friendship;
  }

  get archive(): ArchivePolicy | undefined {
    return this.#deployed.archive;
  }

  get webPushServices(): RoomPolicy["webPushServices"] {
    return this.#deployed.webPushServices;
  }

  get words(): WordFilter | undefined {
    const own = ownWordsOf(this.#own);
    return own === "none" ? undefined : (own ?? this.#deployed.words);
  }

  get #own(): PolicyOverrides {
    return this.#settings().policy;
  }
}
