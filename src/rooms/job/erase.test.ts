import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { SimJob } from "../../../test/sim/jobs.ts";
import { freshPack, hotSession, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat, chatRoom } from "../../../test/sim/names.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERASED_USER, type EraseJob } from "../../protocol/rpc/job-call.ts";

let job: SimJob;
let group: SimGroup;
let order: EraseJob;
beforeEach(() => {
  job = new SimJob();
  group = SimGroup.create(job.world, bob, [alice]);
  order = { kind: "erase", userId: alice, atMs: job.world.nowMs, by: "deployment" };
});

function write(count: number): void {
  for (const room of [chatRoom, group.room])
    append(
      job.world,
      alice,
      Array.from({ length: count }, () => text(freshPack(), "secret")),
      room,
    );
  append(job.world, bob, [text(freshPack(), "kept")]);
  job.world.drain();
}

function check(): void {
  job.world.quiesce();
  const stored = JSON.stringify(job.rows("SELECT entry FROM entries"));
  expect(stored).not.toContain("secret");
  expect(stored).toContain("kept");
  const events = wholeLog(job.world, group.room).flatMap((one) => (one.kind === "notice" ? one.notice.event : []));
  expect(events).toEqual(["created", "quit"]);
  expect(JSON.stringify(job.rows("SELECT last FROM hot_sessions"))).not.toContain("secret");
}

const targets = () => [ERASED_USER, chat, group.sessionId];

describe("an erasure", () => {
  it("J22 forgets the user in their mailbox and in each session, however much that is", () => {
    write(1_500);
    const phone = online(job.world, alice);
    job.start(targets(), order);
    expect(job.work()).toMatchObject({ kind: "erase", state: "done", total: 3, done: 3, failed: 0 });
    expect(phone.closedWith).toBe(CLOSE.TOKEN_REVOKED);
    check();
    expect(hotSession(job.world, bob)).toMatchObject({ last: { content: "kept" } });
  });

  it("J22 goes on after a crash, and counts a session when it is done", () => {
    write(1_500);
    job.start(targets(), order);
    for (let landed = 0; landed < 6; landed += 1) job.world.land(0, "arrives");
    expect(job.progress().done).toBeLessThan(3);
    job.world.crashAll();
    expect(job.work()).toMatchObject({ state: "done", done: 3 });
    check();
  });

  it("J22 ends when it is cancelled, and takes nothing back", () => {
    write(1_500);
    job.start(targets(), order);
    for (let landed = 0; landed < 6; landed += 1) job.world.land(0, "arrives");
    expect(job.cancel().state).toBe("cancelled");
    expect(job.work().done).toBeLessThan(3);
    expect(wholeLog(job.world).some((one) => one.kind === "message" && one.gone !== undefined)).toBe(true);
  });
});
