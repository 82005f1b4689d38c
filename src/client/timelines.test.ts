import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { turn } from "../../test/support/fake-environment.ts";
import type { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult } from "../protocol/frames/message.ts";
import type { PackId, UserId } from "../protocol/ids.ts";
import type { KeptState } from "./store.ts";
import { Timelines } from "./timelines.ts";

const ME = "alice";
const S = "SC_alice_bob";

function entryAt(seqId: number): Entry {
  const from = "bob" as UserId; // SAFETY: a valid id
  const packId = `p${seqId}` as PackId; // SAFETY: a valid id
  return { kind: "message", seqId, timestamp: seqId, from, packId, contentType: 1, content: `m${seqId}` };
}

const entries = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entryAt(from + index));

function row(lastSeqId: number, fields: Partial<HotSession> = {}): HotSession {
  const last = entryAt(lastSeqId);
  return {
    sessionId: S,
    firstSeqId: 1,
    readSeqId: 0,
    unread: lastSeqId,
    mentions: 0,
    lastSeqId,
    last,
    member: true,
    ...fields,
  };
}

interface Pull {
  readonly after: number;
  readonly answer: (result: HistoryResult | ParleyError) => void;
}

/** Timelines whose server is a test, with what they told. */
class Device {
  readonly seen: number[] = [];
  readonly gaps: [after: number, upTo: number][] = [];
  readonly pulls: Pull[] = [];
  readonly timelines: Timelines;
  onEntry: (entry: Entry) => void = () => {};

  constructor(state?: KeptState) {
    const handlers = {
      entry: (_: string, entry: Entry) => {
        this.seen.push(entry.seqId);
        this.onEntry(entry);
      },
      session: () => {},
      touched: () => {},
      gap: (_: string, after: number, upTo: number) => void this.gaps.push([after, upTo]),
      pull: (_: string, after: number) =>
        new Promise<HistoryResult>((resolve, reject) => {
          const answer = (result: HistoryResult | ParleyError) =>
            result instanceof ParleyError ? reject(result) : resolve(result);
          this.pulls.push({ after, answer });
        }),
    };
    this.timelines = new Timelines(handlers);
    if (state !== undefined) this.timelines.restore(structuredClone(state));
    else this.timelines.identify(ME);
  }

  /** What a later run goes on from. */
  get state(): KeptState | undefined {
    const { isComplete, version } = this.timelines;
    const kept = this.timelines.kept(S);
    return isComplete ? { userId: ME, version, priority: 0, sessions: kept === undefined ? [] : [kept] } : undefined;
  }

  connect(...rows: HotSession[]): void {
    this.timelines.synced(rows, 1, true);
    this.timelines.online();
  }

  /** Answers the oldest pull from a log of this length, in pages. */
  async answer(logLength: number, page = 3): Promise<void> {
    const pull = this.pulls.shift();
    if (pull === undefined) return;
    const upTo = Math.min(logLength, pull.after + page);
    pull.answer({ entries: entries(pull.after + 1, upTo), more: upTo < logLength });
    await turn();
  }
}

let device: Device;
beforeEach(() => {
  device = new Device();
});

describe("timelines", () => {
  it("hand out live entries, each once, in order", () => {
    device.connect();
    device.timelines.received(S, entries(1, 2));
    device.timelines.received(S, entries(2, 3));
    expect(device.seen).toEqual([1, 2, 3]);
    expect(device.timelines.find(S)).toMatchObject({ lastSeqId: 3, unread: 3 });
  });

  it("fill a gap before they go on", async () => {
    device.connect(row(2, { readSeqId: 2, unread: 0 }));
    device.timelines.offline();
    device.connect(row(7, { readSeqId: 2, unread: 5 }));
    device.timelines.received(S, [entryAt(8)]);
    expect(device.seen).toEqual([]);
    await device.answer(8);
    expect(device.seen).toEqual([3, 4, 5]);
    await device.answer(8);
    expect(device.seen).toEqual([3, 4, 5, 6, 7, 8]);
    expect(device.pulls).toEqual([]);
  });

  it("bring a new install at most 200 entries of what is unread", () => {
    device.connect(row(1_000, { readSeqId: 100, unread: 900 }));
    expect(device.pulls.map(({ after }) => after)).toEqual([800]);
  });

  it("fill at most four gaps at the same time", async () => {
    device.connect(...[1, 2, 3, 4, 5, 6].map((n) => row(2, { sessionId: `${S}${n}` })));
    expect(device.pulls).toHaveLength(4);
    await device.answer(2);
    expect(device.pulls).toHaveLength(4);
  });

  it("tell of entries that a former member missed, and go on behind them", () => {
    device.connect(row(4, { member: false }));
    expect(device.gaps).toEqual([[0, 3]]);
    expect(device.seen).toEqual([4]);
  });

  it("try a pull that failed for a while again after the next reconnect", async () => {
    device.connect(row(1));
    device.pulls.shift()?.answer(new ParleyError("UNAVAILABLE"));
    await turn();
    expect(device.pulls).toEqual([]);
    device.timelines.offline();
    device.connect(row(1));
    await device.answer(1);
    expect([device.seen, device.gaps]).toEqual([[1], []]);
  });

  it("do not ask again for what is refused", async () => {
    device.connect(row(5));
    device.pulls.shift()?.answer(new ParleyError("NOT_IN_GROUP"));
    await turn();
    expect([device.gaps, device.seen, device.pulls]).toEqual([[[0, 4]], [5], []]);
  });

  it("ignore a read state that is older than the known one", () => {
    device.connect(row(5, { readSeqId: 4, unread: 1 }));
    device.timelines.read(S, { readSeqId: 3, unread: 2, mentions: 0 });
    expect(device.timelines.find(S)).toMatchObject({ readSeqId: 4, unread: 1 });
  });

  it("refuse another user's state", () => {
    device.connect(row(1));
    const other = new Device(device.state).timelines;
    expect(() => other.identify("mallory")).toThrow(ParleyError);
  });

  it("go on from kept state, after the last entry that a listener had", async () => {
    device.onEntry = ({ seqId }) => {
      if (seqId === 2) device.timelines.close();
    };
    device.connect();
    device.timelines.received(S, entries(1, 4));
    const next = new Device(device.state);
    next.connect(row(4));
    await next.answer(4);
    expect([device.seen, next.seen]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

/** What happens to a device: the log grows, connections come and go, pages arrive or fail, the program restarts. */
const step = fc.oneof(
  fc.record({ grow: fc.integer({ min: 1, max: 5 }) }),
  fc.constantFrom("connect", "drop", "answer", "answer", "fail", "restart"),
);

it("hand out every entry once and in order, whatever the network does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let now = new Device();
      const seen: number[] = [];
      let length = 1;
      let isOnline = false;
      const connect = () => {
        isOnline = true;
        now.connect(row(length));
      };
      connect();
      for (const what of steps) {
        if (typeof what === "object") {
          const fresh = entries(length + 1, length + what.grow);
          length += what.grow;
          if (isOnline) now.timelines.received(S, fresh);
        } else if (what === "answer") await now.answer(length);
        else if (what === "fail") {
          now.pulls.shift()?.answer(new ParleyError("UNAVAILABLE"));
          await turn();
        } else if (what === "connect" && !isOnline) connect();
        else if (what === "drop") {
          isOnline = false;
          now.timelines.offline();
        } else if (what === "restart") {
          isOnline = false;
          now.timelines.close();
          seen.push(...now.seen);
          now = new Device(now.state);
        }
      }
      now.timelines.offline();
      connect();
      while (now.pulls.length > 0) await now.answer(length);
      expect([...seen, ...now.seen]).toEqual(Array.from({ length }, (_, index) => index + 1));
    }),
    { numRuns: 300, seed: 1 },
  );
});
