import { beforeEach, describe, expect, it } from "vitest";
import { append, text } from "../../../test/sim/asks.ts";
import { freshPack, online, read, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat, chatRoom } from "../../../test/sim/names.ts";
import { PHONE, PushStage } from "../../../test/sim/pushes.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";

let stage: PushStage;
beforeEach(() => {
  stage = new PushStage();
});

function alicesSays(count: number): void {
  append(
    stage.world,
    alice,
    Array.from({ length: count }, () => text(freshPack())),
  );
  stage.world.drain();
}

function on(device: SimConnection, act: () => unknown): void {
  act();
  stage.world.drain();
  stage.world.disconnect(device);
}

describe("what was read elsewhere", () => {
  it("M245 is withdrawn from the devices that show it, with the badge that is left", () => {
    stage.register({ ...PHONE, token: "tablet" }, bob, "tablet");
    alicesSays(2);
    stage.settle(stage.job());
    const laptop = online(stage.world, bob);
    on(laptop, () => read(stage.world, laptop, 2));
    const job = stage.job();
    expect(stage.take(job)).toMatchObject({ kind: "withdraw", withdrawal: { collapseId: chat, seqId: 2, badge: 0 } });
    expect(stage.targets(job)).toHaveLength(2);
    expect(stage.settle(job)).toEqual({ left: 0 });
    expect([stage.jobs(), stage.rows("pushes"), stage.events().slice(0, 2)]).toEqual([
      [],
      0,
      ["withdrawn", "withdrawn"],
    ]);
  });

  it("M245 is withdrawn when it is answered there, and when it was being sent meanwhile", () => {
    alicesSays(1);
    const first = stage.job();
    stage.take(first);
    const laptop = online(stage.world, bob);
    on(laptop, () => say(stage.world, laptop, "an answer"));
    expect(stage.jobs()).toEqual([]);
    stage.settleEach(first, { [stage.tokensOf(bob)[0] ?? ""]: { kind: "sent" } });
    stage.world.drain();
    expect(stage.take(stage.job())).toMatchObject({ kind: "withdraw" });
  });

  it("M245 stays while a newer message is unread", () => {
    alicesSays(2);
    stage.settle(stage.job());
    const laptop = online(stage.world, bob);
    on(laptop, () => read(stage.world, laptop, 1));
    expect(stage.jobs()).toEqual([]);
  });

  it("M245 is nothing that the device is told which was looked at", () => {
    alicesSays(1);
    stage.settle(stage.job());
    const phone = online(stage.world, bob, { deviceType: "ios", deviceId: `${bob}-phone` });
    read(stage.world, phone, 1);
    stage.world.drain();
    expect(stage.take(stage.job())).toEqual({ kind: "nothing" });
    expect(stage.rows("pushes")).toBe(0);
  });

  it("M174 is not sent when it waited, and then there is nothing to withdraw", () => {
    alicesSays(1);
    const job = stage.job();
    const laptop = online(stage.world, bob);
    on(laptop, () => read(stage.world, laptop, 1));
    expect([stage.jobs(), stage.take(job)]).toEqual([[], { kind: "nothing" }]);
  });
});

describe("what its sender was erased with", () => {
  it("M175 nothing of whom is erased, be it waiting or shown", () => {
    alicesSays(2);
    const first = stage.job();
    stage.world.call(chatRoom, { type: "forget", userId: alice });
    stage.world.drain();
    expect([stage.take(first), stage.rows("pushes")]).toEqual([{ kind: "nothing" }, 0]);
    alicesSays(2);
    stage.settle(stage.job());
    stage.world.call(chatRoom, { type: "forget", userId: alice });
    stage.world.drain();
    expect(stage.take(stage.job())).toMatchObject({ kind: "withdraw", withdrawal: { seqId: 5 } });
  });
});
