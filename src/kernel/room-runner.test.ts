import { beforeEach, describe, expect, it } from "vitest";
import { alice, app, chat, pack } from "../../test/sim/names.ts";
import { SimConnection } from "../../test/sim/sim-connection.ts";
import { SimStorage } from "../../test/sim/sim-storage.ts";
import { ERRORS, ParleyError } from "../protocol/errors.ts";
import type { Effects } from "./effects.ts";
import type { Room } from "./room.ts";
import { mailboxRoom, sessionRoom } from "./room-name.ts";
import { RoomRunner } from "./room-runner.ts";

const storage = new SimStorage();
const room = sessionRoom(app, chat);
const sql = storage.forRoom(room);
const rows = () => sql.prepare("SELECT user FROM members WHERE room = ?").all(room).length;

/** What a handler does, when it is not to be quiet. */
type Act = (effects: Effects) => unknown;

let act: Act = () => undefined;
let made = 0;
let abandoned = 0;
const faults: unknown[] = [];

function write(): void {
  sql.prepare("INSERT INTO members (room, user, role, joined_seq) VALUES (?, ?, 'member', 1)").run(room, `u${rows()}`);
}

function makeRoom(effects: Effects): Room {
  made += 1;
  const handle = () => act(effects);
  return {
    call: handle,
    replied: handle,
    alarm: handle,
    settle: handle,
    opened: handle,
    received: handle,
    closed: handle,
    abandon: () => {
      abandoned += 1;
      effects.wakeAt(99);
    },
  };
}

describe("the room runner", () => {
  let runner: RoomRunner;
  const call = { type: "call", call: { type: "unread", userId: alice, after: 0, upTo: 0 } } as const;
  const state = {
    phase: "live",
    userId: alice,
    deviceId: "d",
    deviceType: "web",
    tokenId: "t",
    issuedAtMs: 0,
    expiresAtMs: 0,
  } as const;
  const connection = new SimConnection(mailboxRoom(app, alice), state, { nowMs: () => 0 });
  const refusedPack = { ok: false, packId: pack("p"), error: "MALFORMED", detail: "" } as const;
  const received = { type: "received", connection, request: refusedPack } as const;

  beforeEach(() => {
    runner = new RoomRunner(makeRoom, storage, (fault) => faults.push(fault));
    act = () => undefined;
    [made, abandoned] = [0, 0];
    faults.length = 0;
    sql.prepare("DELETE FROM members WHERE room = ?").run(room);
  });

  it("answers with the value and the effects, from one instance", () => {
    act = (effects) => {
      write();
      effects.wakeAt(7);
      return "value";
    };
    expect(runner.run(call)).toEqual({ outcome: { ok: true, value: "value" }, effects: [{ kind: "wake", atMs: 7 }] });
    act = () => undefined;
    expect(runner.run(call)).toMatchObject({ effects: [] });
    expect([rows(), made, abandoned]).toEqual([1, 1, 0]);
  });

  it("takes a coded error before the first write as an answer, and keeps the instance", () => {
    act = (effects) => {
      effects.wakeAt(7);
      throw new ParleyError("REFUSED", "because");
    };
    expect(runner.run(call)).toMatchObject({ outcome: { ok: false, error: "REFUSED" }, effects: [] });
    runner.run(call);
    expect([made, abandoned, faults.length]).toEqual([1, 0, 0]);
  });

  it("undoes the writes of anything else that is thrown, and drops the instance", () => {
    act = (effects) => {
      write();
      effects.wakeAt(7);
      throw new Error("a secret");
    };
    const { outcome, effects } = runner.run(call);
    expect(outcome).toEqual({ ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message });
    expect(effects).toEqual([{ kind: "wake", atMs: 99 }]);
    expect([rows(), abandoned, faults.length]).toEqual([0, 1, 1]);
    act = () => undefined;
    runner.run(call);
    expect(made).toBe(2);
  });

  it("drops the instance also for a coded error after a write, which must not happen", () => {
    act = () => {
      write();
      throw new ParleyError("REFUSED");
    };
    expect(runner.run(call).outcome).toMatchObject({ error: "REFUSED" });
    expect([rows(), abandoned, faults.length]).toEqual([0, 1, 1]);
  });

  it("answers the request of a socket whose event failed", () => {
    act = () => {
      throw new Error("a secret");
    };
    expect(runner.run(received).effects).toContainEqual({
      kind: "send",
      connections: [connection],
      frame: expect.objectContaining({ type: "ack", packId: "p", code: ERRORS.SERVER_EXCEPTION.code }),
    });
    const nameless = { ...received, request: { ...refusedPack, packId: undefined } };
    expect(runner.run(nameless).effects).toContainEqual({
      kind: "send",
      connections: [connection],
      frame: { type: "error", code: ERRORS.SERVER_EXCEPTION.code, message: ERRORS.SERVER_EXCEPTION.message },
    });
  });

  it("handles a reply that failed once more, as a failed call, and no third time", () => {
    const outcomes: unknown[] = [];
    const tag = {};
    const spy = new RoomRunner(
      (effects) => ({
        ...makeRoom(effects),
        replied: (given, outcome) => {
          expect(given).toBe(tag);
          outcomes.push(outcome);
          throw new Error("again");
        },
      }),
      storage,
      () => {},
    );
    spy.run({ type: "replied", tag, outcome: { ok: true, value: 1 } });
    expect(outcomes).toMatchObject([{ ok: true }, { ok: false, error: "SERVER_EXCEPTION" }]);
  });

  it("tells what a dropped instance owed, and nothing when there is none", () => {
    expect(runner.drop()).toEqual([]);
    runner.run(call);
    expect(runner.drop()).toEqual([{ kind: "wake", atMs: 99 }]);
    expect(runner.drop()).toEqual([]);
  });

  it("answers also when the instance cannot be made", () => {
    const broken = new RoomRunner(
      () => {
        throw new Error("rows that cannot be read");
      },
      storage,
      (fault) => faults.push(fault),
    );
    expect(broken.run(call).outcome).toMatchObject({ error: "SERVER_EXCEPTION" });
    expect(faults).toHaveLength(1);
  });
});
