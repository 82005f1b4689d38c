import fc from "fast-check";
import { expect, it } from "vitest";
import { turn, type WrittenFrame } from "../../test/support/fake-environment.ts";
import { CHAT, type ControlOf, FakeLog } from "../../test/support/fake-log.ts";
import { FakeServer, type Reply } from "../../test/support/fake-server.ts";
import type { Entry } from "../protocol/entry.ts";
import type { ParleyClient } from "./client.ts";
import { MemoryStore } from "./memory-store.ts";
import type { Batch, Store } from "./store.ts";

const LIMIT = 8;
const OFFLINE_MS = 3_000;

/** What of a control entry is left to chance: its target counts from the end. */
const controls = fc.constantFrom<ControlOf>(
  { op: "recall", uncounts: true },
  { op: "override", contentType: 1, content: "edited" },
  { op: "override", contentType: 1, content: "edited otherwise" },
  { op: "react", reaction: "+" },
  { op: "react", reaction: "-" },
  { op: "unreact", reaction: "+" },
  { op: "pin" },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ say: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ control: controls, back: fc.nat(14) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("drop", "connect", "connect", "close", "crash" as const),
  },
  { weight: 4, arbitrary: fc.record({ answer: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ page: fc.nat(16) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A store as one process has it: after a crash nothing is written any more. */
class OwnStore implements Store {
  readonly #store: Store;
  isCut = false;

  constructor(store: Store) {
    this.#store = store;
  }

  readonly load = () => this.#store.load();
  readonly entries = (sessionId: string) => this.#store.entries(sessionId);
  readonly close = async () => {};

  async write(batch: Batch): Promise<void> {
    await turn();
    if (!this.isCut) await this.#store.write(structuredClone(batch));
  }
}

/** Alice's device, and a server that answers when the test says so, with what it read when it was asked. */
class Play {
  readonly log = new FakeLog();
  readonly server = new FakeServer();
  readonly #store = new MemoryStore();
  readonly #unanswered: { readonly frame: WrittenFrame; readonly reply: Reply }[] = [];
  #own = new OwnStore(this.#store);
  #client: ParleyClient | undefined;
  /** What a listener knows: what was kept, then each entry and message that it is told of. */
  #shown = new Map<number, Entry>();
  readonly seen: number[] = [];
  version = 0;

  constructor() {
    this.server.on("sync.sessions", () => {
      const { row } = this.log;
      const sessions = row === undefined ? [] : [structuredClone(row)];
      return { sessions, version: this.log.length, more: false, priority: this.log.priority.length };
    });
    this.#later("history.pull", (frame) => this.log.page(frame as Parameters<FakeLog["page"]>[0])); // SAFETY: the frame of a pull
    this.#later("sync.priority", ({ after }) => this.#priority(Number(after)));
  }

  #later(type: string, reply: (frame: WrittenFrame) => object): void {
    this.server.on(type, (frame) => {
      this.#unanswered.push({ frame, reply: structuredClone(reply(frame)) });
      return undefined;
    });
  }

  #priority(after: number): object {
    const items = this.log.priority.filter(({ id }) => id > after).slice(0, 3);
    const cursor = items.at(-1)?.id ?? after;
    return { items, cursor, more: cursor < this.log.priority.length };
  }

  async begin(): Promise<void> {
    this.#own = new OwnStore(this.#store);
    const client = this.server.client(this.#own, { cachedEntries: LIMIT, receipts: false });
    this.#client = client;
    const shown = new Map<number, Entry>();
    this.#shown = shown;
    client.on("entry", ({ entry }) => {
      if (client !== this.#client) return;
      this.seen.push(entry.seqId);
      shown.set(entry.seqId, entry);
    });
    client.on("message", ({ entry }) => void shown.set(entry.seqId, entry));
    for (const entry of await client.cached(CHAT)) shown.set(entry.seqId, entry);
    client.connect();
    await turn();
  }

  async step(what: Step): Promise<void> {
    if (what === "drop") await this.server.drop();
    else if (what === "connect") await this.server.environment.pass(OFFLINE_MS);
    else if (what === "close" || what === "crash") await this.#restart(what);
    else if ("say" in what) for (let n = 0; n < what.say; n += 1) this.#tell(this.log.say());
    else if ("control" in what) this.#control(what);
    else if ("answer" in what) this.#answer(what.answer);
    else this.#page(Math.max(1, this.log.length - what.page));
    await turn();
  }

  #page(before: number): void {
    this.#client?.entriesBefore(CHAT, { before, limit: 4 }).catch(() => {});
  }

  #control({ control, back }: { control: ControlOf; back: number }): void {
    const target = this.log.entries[this.log.length - 1 - back];
    if (target?.kind === "message" && target.gone === undefined) this.#tell(this.log.control(target.seqId, control));
  }

  /** What a listener has of a run that crashed it may get again, and nothing is left out. */
  async #restart(how: "close" | "crash"): Promise<void> {
    const before = this.#client;
    this.#client = undefined;
    this.#own.isCut = how === "crash";
    await before?.close();
    const kept = (await this.#store.load())?.sessions[0]?.cursor ?? 0;
    expect(kept).toBeLessThanOrEqual(this.seen.at(-1) ?? 0);
    if (how === "close") expect(kept).toBe(this.seen.at(-1) ?? 0);
    this.seen.splice(0, this.seen.length, ...this.seen.filter((seqId) => seqId <= kept));
    await this.begin();
  }

  /** Fan-out gives a copy as it is when it is read. */
  #tell(entry: Entry): void {
    const now = this.log.entries[entry.seqId - 1] ?? entry;
    if (this.#client?.status.state === "online") {
      this.server.say({ type: "entry", sessionId: CHAT, entries: [structuredClone(now)] });
    }
  }

  /** Answers come in any order. */
  #answer(which: number): void {
    const [next] = this.#unanswered.splice(which, 1);
    if (next !== undefined) this.server.answer(next.frame, next.reply);
  }

  async finish(): Promise<void> {
    // What failed for a while is tried again on a new connection.
    await this.server.drop();
    for (let round = 0; round < 60; round += 1) {
      await this.server.environment.pass(1_000);
      while (this.#unanswered.length > 0) {
        this.#answer(0);
        await turn();
      }
    }
  }

  async check(): Promise<void> {
    const all = this.log.entries.map(({ seqId }) => seqId);
    expect(this.seen).toEqual(all);
    const cached = (await this.#client?.cached(CHAT)) ?? [];
    expect(cached).toEqual(this.log.entries.slice(this.log.length - cached.length));
    expect(cached.length).toBe(Math.min(LIMIT, this.log.length));
    expect(cached.map(({ seqId }) => this.#shown.get(seqId))).toEqual(cached);
    expect(this.#client?.session(CHAT)).toEqual(this.log.row);
    await this.#client?.close();
    expect(await this.#store.entries(CHAT)).toEqual(cached);
  }
}

it("cached copies are the end of the log with everything done to it, whatever the network and the process do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
      const play = new Play();
      await play.begin();
      for (const one of steps) await play.step(one);
      await play.finish();
      await play.check();
    }),
    { numRuns: 150, seed: 1 },
  );
}, 120_000);
