import { beforeEach, describe, expect, it } from "vitest";
import { alice, app, bob, carol } from "../../../test/sim/names.ts";
import { SimStorage } from "../../../test/sim/sim-storage.ts";
import { Courier } from "../../kernel/courier.ts";
import { CourierStore } from "../../kernel/courier-store.ts";
import { type Effect, Effects } from "../../kernel/effects.ts";
import { mailboxRoom, type RoomName } from "../../kernel/room-name.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { MailboxTag } from "./feature.ts";

type Call = Effect & { kind: "call" };

let storage: SimStorage;
let nowMs: number;
let heard: string[];
beforeEach(() => {
  storage = new SimStorage();
  nowMs = 1_000_000;
  heard = [];
});

/** A life of the courier: another one has the same rows. */
class Life {
  readonly #effects = new Effects();
  readonly #courier: Courier;
  wakeAtMs = Number.POSITIVE_INFINITY;

  constructor() {
    const store = new CourierStore(storage.forRoom("main/mailbox/me"));
    this.#courier = new Courier({ store, effects: this.#effects, clock: { nowMs: () => nowMs }, random: () => 0.5 });
    this.#courier.on("test", {
      answered: ({ key }, outcome) => void heard.push(`${key} ${outcome.ok ? "ok" : outcome.error}`),
      delayed: ({ key }, { error }) => void heard.push(`${key} delayed ${error}`),
    });
  }

  post(to: UserId, key: string, by: UserId = alice): Call[] {
    this.#courier.post({
      to: mailboxRoom(app, to),
      kind: "test",
      key,
      call: { type: "profile", by: { kind: "user", userId: by } },
    });
    return this.calls();
  }

  reply({ tag }: Call, error?: ErrorName): Call[] {
    const outcome: Outcome = error === undefined ? { ok: true, value: null } : { ok: false, error, message: error };
    this.#courier.replied(tag as MailboxTag, outcome); // SAFETY: the courier makes no other tags
    return this.calls();
  }

  ring(): Call[] {
    this.#courier.alarm();
    return this.calls();
  }

  calls(): Call[] {
    this.#courier.settle();
    const effects = this.#effects.take();
    for (const effect of effects) if (effect.kind === "wake") this.wakeAtMs = effect.atMs;
    return effects.filter((effect) => effect.kind === "call");
  }
}

const one = (calls: Call[]): Call => {
  const [call] = calls;
  if (call === undefined || calls.length > 1) throw new Error(`not one call: ${JSON.stringify(calls)}`);
  return call;
};
const targets = (calls: Call[]): RoomName[] => calls.map(({ to }) => to);
const [toBob, toCarol] = [mailboxRoom(app, bob), mailboxRoom(app, carol)];

describe("the courier", () => {
  it("M80 makes a call until it is answered, and then no more", () => {
    const life = new Life();
    const call = one(life.post(bob, "k"));
    expect(call.call).toEqual({ type: "profile", by: { kind: "user", userId: alice } });
    expect(life.reply(call)).toEqual([]);
    expect([life.ring(), new Life().ring()]).toEqual([[], []]);
    expect(heard).toEqual(["k ok"]);
  });

  it.each<ErrorName>(["UNAVAILABLE", "DATABASE", "SERVER_EXCEPTION"])(
    "M80 tries again with backoff after %s",
    (error) => {
      const life = new Life();
      let call = one(life.post(bob, "k"));
      let last = 0;
      for (let attempt = 1; attempt <= 12; attempt += 1) {
        expect(life.reply(call, error)).toEqual([]);
        const waitMs = life.wakeAtMs - nowMs;
        expect(waitMs).toBeGreaterThanOrEqual(last);
        expect(waitMs).toBeLessThanOrEqual(60_000);
        last = waitMs;
        nowMs += waitMs - 1;
        expect(life.ring()).toEqual([]);
        nowMs += 1;
        call = one(life.ring());
      }
      expect(life.reply(call)).toEqual([]);
      expect(heard.at(-1)).toBe("k ok");
    },
  );

  it("M80 takes a refusal for an answer", () => {
    const life = new Life();
    expect(life.reply(one(life.post(bob, "k")), "ACCESS_DENIED")).toEqual([]);
    expect(life.ring()).toEqual([]);
    expect(heard).toEqual(["k ACCESS_DENIED"]);
  });

  it("M80 goes on in the next life, which an alarm begins", () => {
    const life = new Life();
    life.post(bob, "k");
    expect(life.wakeAtMs).toBeLessThanOrEqual(nowMs + 10_000);
    const next = new Life();
    expect(next.reply(one(next.ring()))).toEqual([]);
    expect(new Life().ring()).toEqual([]);
  });

  it("M80 does not wait for longer when the clock is put back", () => {
    const life = new Life();
    life.reply(one(life.post(bob, "k")), "UNAVAILABLE");
    nowMs -= 86_400_000;
    expect(life.ring()).toHaveLength(1);
  });

  it("M81 has one call in flight for each room, in order", () => {
    const life = new Life();
    const first = one(life.post(bob, "a"));
    expect(life.post(bob, "b")).toEqual([]);
    expect(targets(life.post(carol, "c"))).toEqual([toCarol]);
    expect(life.post(bob, "d")).toEqual([]);
    const second = one(life.reply(first));
    const third = one(life.reply(second));
    expect(targets([first, second, third])).toEqual([toBob, toBob, toBob]);
    life.reply(third);
    expect(heard).toEqual(["a ok", "b ok", "d ok"]);
  });

  it("M81 keeps the order when a call fails", () => {
    const life = new Life();
    const first = one(life.post(bob, "a"));
    life.post(bob, "b");
    expect(life.reply(first, "UNAVAILABLE")).toEqual([]);
    nowMs = life.wakeAtMs;
    life.reply(one(life.reply(one(life.ring()))));
    expect(heard).toEqual(["a delayed UNAVAILABLE", "a ok", "b ok"]);
  });

  it("M81 replaces what waits by what is newer, and lets it follow what is in flight", () => {
    const life = new Life();
    const first = one(life.post(bob, "a", alice));
    life.post(bob, "a", bob);
    life.post(bob, "a", carol);
    const second = one(life.reply(first));
    expect(second.call).toEqual({ type: "profile", by: { kind: "user", userId: carol } });
    expect(life.reply(second)).toEqual([]);
    expect(heard).toEqual(["a ok", "a ok"]);
  });

  it("M82 hands an answer to the feature in whichever life it arrives, and forgets only what was answered", () => {
    const life = new Life();
    const stale = one(life.post(bob, "a", alice));
    const next = new Life();
    const newer = one(next.post(bob, "a", bob));
    next.reply(stale);
    expect(heard).toEqual(["a ok"]);
    expect(one(new Life().ring()).call).toEqual(newer.call);
  });
});
