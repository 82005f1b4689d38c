import { beforeEach, describe, expect, it } from "vitest";
import { alice, app, bob } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { appRoom, lettersRoom } from "../../kernel/room-name.ts";
import type { LettersCall, LettersPage } from "../../protocol/rpc/letters-call.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

const room = lettersRoom(app, "archive");
const by = "KEY";
const job = (id: number) => ({ app, sessionId: singleSessionId(alice, bob), id });
let world: World;
beforeEach(() => {
  world = new World();
});

const ask = (call: LettersCall) => unwrap(world.call(room, call));
const put = (id: number, reason = "broken") => ask({ type: "letters.put", job: job(id), reason });
const list = (after = 0, limit = 100) => ask({ type: "letters.list", after, limit }) as LettersPage; // SAFETY: list answers with a page
const jobsIn = ({ letters }: LettersPage) => letters.map((letter) => letter.job.id);

describe("dead letters", () => {
  it("D1 are kept once, and through a crash", () => {
    put(1);
    put(1);
    put(1, "otherwise broken");
    world.crashAll();
    expect(list()).toEqual({
      letters: [
        { id: 1, job: job(1), reason: "broken", at: world.nowMs },
        { id: 2, job: job(1), reason: "otherwise broken", at: world.nowMs },
      ],
      total: 2,
      more: false,
    });
  });

  it("D2 are bounded", () => {
    const insert = world.storage
      .forRoom(room)
      .prepare(
        `INSERT INTO letters (room, id, digest, job, reason, at) SELECT ?, value, 0, '{}', '', 0 FROM json_each(?)`,
      );
    insert.run(room, JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index + 1)));
    expect(world.call(room, { type: "letters.put", job: job(1), reason: "broken" })).toMatchObject({
      error: "LIMIT_REACHED",
    });
  });

  it("D3 are listed by age, in pages", () => {
    for (const id of [1, 2, 3]) put(id);
    expect(list(0, 2)).toMatchObject({ total: 3, more: true });
    expect(jobsIn(list(0, 2))).toEqual([1, 2]);
    expect(jobsIn(list(2, 2))).toEqual([3]);
  });

  it("D4 go back into their queue, once it can be reached", () => {
    for (const id of [1, 2, 3]) put(id);
    expect(ask({ type: "letters.retry", ids: [1, 3, 7], by })).toEqual({ letters: 2 });
    expect(jobsIn(list())).toEqual([2]);
    world.land(0, "lost");
    world.crashAll();
    expect(world.jobsOf("archive")).toEqual([]);
    world.nowMs += 120_000;
    world.ringDue();
    world.drain();
    expect(world.jobsOf("archive")).toEqual([job(1), job(3)]);
  });

  it("D4 go back all at once, in batches, and a letter that comes again meanwhile is one of its own", () => {
    for (let id = 1; id <= 120; id += 1) put(id);
    expect(ask({ type: "letters.retry", ids: undefined, by })).toEqual({ letters: 120 });
    put(1);
    expect(ask({ type: "letters.retry", ids: undefined, by })).toEqual({ letters: 1 });
    world.drain();
    expect(world.jobsOf("archive")).toHaveLength(121);
  });

  it("D5 are dropped, and that may be repeated", () => {
    for (const id of [1, 2, 3]) put(id);
    expect(ask({ type: "letters.drop", ids: [2], by })).toEqual({ letters: 1 });
    expect(ask({ type: "letters.drop", ids: [2], by })).toEqual({ letters: 0 });
    expect(ask({ type: "letters.drop", ids: undefined, by })).toEqual({ letters: 2 });
    expect(list()).toEqual({ letters: [], total: 0, more: false });
    world.drain();
    expect(world.jobsOf("archive")).toEqual([]);
  });

  it("A32 go nowhere without a record of who sent them there", () => {
    for (const id of [1, 2, 3]) put(id);
    ask({ type: "letters.retry", ids: [1, 2], by });
    ask({ type: "letters.drop", ids: [9], by });
    ask({ type: "letters.drop", ids: undefined, by: "OTHER" });
    world.crashAll();
    world.nowMs += 5_000;
    world.ringDue();
    world.drain();
    const at = world.nowMs - 5_000;
    expect(unwrap(world.call(appRoom(app), { type: "app.audit", limit: 9 }))).toMatchObject({
      records: [
        { action: "letters.drop", about: "archive: 1", by: "OTHER", at },
        { action: "letters.retry", about: "archive: 2", by, at },
      ],
    });
  });
});
