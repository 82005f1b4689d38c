import { randomUUID } from "node:crypto";
import {
  type ClientEvents,
  type Entry,
  MemoryStore,
  ParleyClient,
  type Store,
  singleSessionId,
} from "../../src/client/index.ts";
import type { DeviceType } from "../../src/protocol/ids.ts";
import { FlakyEnvironment } from "./flaky-environment.ts";
import { tokenFor } from "./tokens.ts";

export interface PersonOptions {
  readonly url: string;
  readonly userId: string;
  readonly app?: string;
  readonly deviceType?: DeviceType;
  /** What an earlier run kept. */
  readonly store?: Store;
  /** Instead of a plain one for the user. */
  readonly token?: () => string | Promise<string>;
}

const EVENTS: readonly (keyof ClientEvents)[] = [
  "entry",
  "message",
  "session",
  "gap",
  "signal",
  "typing",
  "receipt",
  "chunk",
  "hidden",
  "presence",
  "syncCommand",
  "observed",
  "priority",
  "status",
];

/** A name that no other test uses. */
export function someone(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** A user at one device, with the real SDK, who remembers everything that was handed out, in order. */
export class Person {
  readonly userId: string;
  readonly client: ParleyClient;
  readonly store: Store;
  readonly network = new FlakyEnvironment();
  readonly #seen = new Map<string, Entry[]>();
  readonly #waiting = new Set<() => void>();
  readonly observed: { sessionId: string; entry: Entry }[] = [];
  readonly gaps: { sessionId: string; after: number; upTo: number }[] = [];

  constructor({ url, userId, app = "main", deviceType = "web", store = new MemoryStore(), ...given }: PersonOptions) {
    this.userId = userId;
    this.store = store;
    const { token = () => tokenFor(userId, app) } = given;
    const options = { url, token, deviceId: `${deviceType}-1`, deviceType, store };
    this.client = new ParleyClient(options, this.network);
    this.client.on("entry", ({ sessionId, entry }) => {
      const seen = this.#seen.get(sessionId);
      if (seen === undefined) this.#seen.set(sessionId, [entry]);
      else seen.push(entry);
    });
    this.client.on("observed", (event) => this.observed.push(event));
    this.client.on("gap", (gap) => this.gaps.push(gap));
    for (const event of EVENTS) this.client.on(event, () => this.#changed());
  }

  static async online(options: PersonOptions): Promise<Person> {
    const person = new Person(options);
    person.client.connect();
    await person.client.ready();
    return person;
  }

  /** Resolves when `condition` holds; it is looked at whenever the client tells anything. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  /** Resolves when the entry with this seqId was handed out. */
  untilSeen(sessionId: string, seqId: number): Promise<void> {
    return this.until(() => (this.seen(sessionId).at(-1)?.seqId ?? 0) >= seqId);
  }

  seen(sessionId: string): readonly Entry[] {
    return this.#seen.get(sessionId) ?? [];
  }

  seqIds(sessionId: string): number[] {
    return this.seen(sessionId).map(({ seqId }) => seqId);
  }

  contents(sessionId: string): unknown[] {
    return this.seen(sessionId).map((entry) => contentOf(entry));
  }

  unread(sessionId: string): number | undefined {
    return this.client.session(sessionId)?.unread;
  }

  with(other: Person | string): string {
    return singleSessionId(this.userId, typeof other === "string" ? other : other.userId);
  }

  close(): void {
    void this.client.close();
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }
}

/** 1, 2 … last */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** What tells an entry from others in a test: a message's content, a notice's event, a control's operation. */
function contentOf(entry: Entry): unknown {
  if (entry.kind === "message") return entry.content;
  return entry.kind === "notice" ? entry.notice.event : entry.control.op;
}
