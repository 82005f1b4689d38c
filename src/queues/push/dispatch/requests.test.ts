import { beforeEach, describe, expect, it } from "vitest";
import {
  aDevice,
  aJob,
  DispatchBench,
  EXPIRES_AT_MS,
  type FakeProvider,
  NOW_MS,
} from "../../../../test/support/dispatch.ts";
import { aMessage } from "../../../../test/support/push.ts";

let bench: DispatchBench;
beforeEach(() => {
  bench = new DispatchBench();
});

const phone = aDevice("fcm", "phone");
const tablet = aDevice("huawei", "tablet");
const SENT = (tokenId: string) => ({ kind: "sent", providerMessageId: `id-${tokenId}` });

describe("requests", () => {
  const users = ["u1", "u2", "u3", "u4"];
  const tokensOf = ({ batches }: FakeProvider) => batches.map(({ targets }) => targets.map(({ tokenId }) => tokenId));

  it("carry the same content to many users, as far as the provider takes them", async () => {
    for (const user of users)
      bench.mailboxes.hasPush(user, [aDevice("huawei", user)], { ttlSeconds: user === "u2" ? 60 : 90 });
    await bench.consume(...users.map((user) => aJob(user)));
    expect(tokensOf(bench.huawei)).toEqual([["u1", "u2", "u3"], ["u4"]]);
    const [shared, alone] = bench.huawei.batches.map(({ message }) => message);
    expect([shared?.ttlSeconds, alone?.ttlSeconds]).toEqual([60, 90]);
    expect(alone?.id).toBe("main/u4/1");
    expect(users.map((user) => `main/${user}/1`)).not.toContain(shared?.id);
    for (const user of users) expect(bench.mailboxes.outcomesOf(user)).toEqual({ [user]: SENT(user) });
  });

  it("have the same id in every retry, whoever else they are for", async () => {
    for (const user of users.slice(0, 3)) bench.mailboxes.hasPush(user, [aDevice("huawei", user)]);
    await bench.consume(...["u1", "u2"].map((user) => aJob(user)));
    await bench.consume(...["u2", "u3"].map((user) => aJob(user)));
    expect(new Set(bench.huawei.batches.map(({ message }) => message.id)).size).toBe(1);
  });

  it.each([{ badge: 9 }, { title: "Other" }, { collapseId: "other" }, { data: { a: "b" } }])(
    "carry nothing to somebody for whom it is different: %j",
    async (changes) => {
      bench.mailboxes.hasPush("u1", [aDevice("huawei", "u1")]).hasPush("u2", [aDevice("huawei", "u2")], changes);
      await bench.consume(...users.map((user) => aJob(user)));
      expect(tokensOf(bench.huawei)).toEqual([["u1"], ["u2"]]);
    },
  );

  it("are for one user each where the vendor's receipts have to say whose they were", async () => {
    bench = new DispatchBench({ hasReceipts: true });
    bench.mailboxes
      .hasPush("u1", [aDevice("huawei", "a"), aDevice("huawei", "b")])
      .hasPush("u2", [aDevice("huawei", "c")]);
    await bench.consume(...users.map((user) => aJob(user)));
    expect(tokensOf(bench.huawei)).toEqual([["a", "b"], ["c"]]);
    expect(bench.huawei.batches.map(({ message }) => message.id)).toEqual(["main/u1/1", "main/u2/1"]);
  });

  it("have one text each, where devices differ in their languages", async () => {
    const parts = [
      { message: aMessage({ body: "[Image]" }), targets: [aDevice("huawei", "en")] },
      { message: aMessage({ body: "[图片]" }), targets: [aDevice("huawei", "zh"), aDevice("fcm", "zh-2")] },
    ];
    bench.mailboxes.has("bob", { kind: "send", parts, expiresAtMs: EXPIRES_AT_MS });
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.huawei.batches.map(({ message }) => message.body)).toEqual(["[Image]", "[图片]"]);
    expect(Object.keys(bench.mailboxes.outcomesOf("bob")).sort()).toEqual(["en", "zh", "zh-2"]);
  });

  it("are so many at once, for each provider", async () => {
    for (const user of users) bench.mailboxes.hasPush(user, [aDevice("fcm", user)]);
    await bench.consume(...users.map((user) => aJob(user)));
    expect([bench.fcm.mostBusy, bench.fcm.batches.length]).toEqual([2, 4]);
  });

  it("go at the provider's pace; what would wait too long comes again", async () => {
    const paced = (perSecond: number) => {
      bench = new DispatchBench({ perSecond, concurrency: 1 });
      for (const user of users) bench.mailboxes.hasPush(user, [aDevice("fcm", user)]);
    };
    paced(2);
    expect(await bench.consume(...users.map((user) => aJob(user)))).toEqual(users.map(() => ({ kind: "done" })));
    expect(bench.ports.slept).toEqual([500, 500, 500]);
    paced(0.1);
    const verdicts = await bench.consume(...users.map((user) => aJob(user, 9)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(["done", "retry", "retry", "retry"]);
    expect(verdicts[1]).toEqual({ kind: "retry", afterMs: 10_000 });
  });
});

describe("a withdrawal", () => {
  it("goes to every provider that can, with its own ids, and is given up where none can", async () => {
    const withdrawal = {
      ...{
        id: "main/bob/2",
        collapseId: "SC_alice_bob.7",
        sessionId: "SC_alice_bob",
        seqId: 7,
        badge: 2,
        ttlSeconds: 60,
      },
      targets: [{ target: phone, providerMessageId: "sent-1" }, { target: tablet }],
    };
    bench.mailboxes.has("bob", { kind: "withdraw", withdrawal, expiresAtMs: NOW_MS + 60_000 });
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.fcm.withdrawals).toMatchObject([
      { id: "main/bob/2", badge: 2, targets: [{ target: { tokenId: "phone" }, providerMessageId: "sent-1" }] },
    ]);
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({
      phone: SENT("phone"),
      tablet: { kind: "giveUp", reason: "cannot-withdraw" },
    });
  });
});
