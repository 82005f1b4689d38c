import { groupIdOf } from "../../src/protocol/group-id.ts";
import { PackId, UserId } from "../../src/protocol/ids.ts";
import type { Usage } from "./prices.ts";
import { APP, Simulation } from "./simulation.ts";

export interface MessageCost {
  readonly name: string;
  readonly perMessage: Usage;
}

interface Load {
  readonly name: string;
  readonly members: number;
  readonly messages: number;
  readonly everyMs: number;
}

/** One conversation, one sender. */
const LOADS: readonly Load[] = [
  { name: "1:1, idle: a message a minute", members: 2, messages: 50, everyMs: 60_000 },
  { name: "1:1, a message a second", members: 2, messages: 1_000, everyMs: 1_000 },
  { name: "1:1, 10 messages a second", members: 2, messages: 3_000, everyMs: 100 },
  { name: "1:1, 100 messages a second", members: 2, messages: 6_000, everyMs: 10 },
  { name: "1:1, 1 000 messages a second", members: 2, messages: 10_000, everyMs: 1 },
  { name: "group of 100, idle: a message a minute", members: 100, messages: 20, everyMs: 60_000 },
  { name: "group of 100, 100 messages a second", members: 100, messages: 1_000, everyMs: 10 },
];

const SETTLE_MS = 20_000;
const CONTENT = "hello ".repeat(15);

/** `used` beyond `before`, per message. */
function perMessage(used: Usage, before: Usage, messages: number): Usage {
  return {
    rowsWritten: (used.rowsWritten - before.rowsWritten) / messages,
    rowsRead: (used.rowsRead - before.rowsRead) / messages,
    calls: (used.calls - before.calls) / messages,
    alarmRuns: (used.alarmRuns - before.alarmRuns) / messages,
    incomingFrames: (used.incomingFrames - before.incomingFrames) / messages,
    objectSeconds: (used.objectSeconds - before.objectSeconds) / messages,
  };
}

/** What the load uses up, or, without messages, what the same connections use up in the same time. */
function run({ members, messages, everyMs }: Load, withMessages: boolean): Usage {
  const simulation = new Simulation();
  const users = Array.from({ length: members }, (_, index) => `u${index}`);
  const [sender] = users.map((user) => simulation.connect(user));
  if (sender === undefined) throw new Error("nobody to send");
  const group = { type: "group.create", packId: "g", info: { name: "bench" }, userIds: users.slice(1) };
  if (members > 2) simulation.send(sender, group, 0);
  simulation.advance(SETTLE_MS);
  const sessionId = members > 2 ? groupIdOf(APP, UserId.parse("u0"), PackId.parse("g")) : "SC_u0_u1";
  for (let index = 0; index < messages; index++) {
    const message = { type: "msg.send", packId: `p${index}`, sessionId, contentType: 1, content: CONTENT };
    if (withMessages) simulation.send(sender, message, 0);
    simulation.advance(everyMs);
  }
  simulation.advance(SETTLE_MS);
  return simulation.total();
}

export function messageCosts(): MessageCost[] {
  return LOADS.map((load) => ({
    name: load.name,
    perMessage: perMessage(run(load, true), run(load, false), load.messages),
  }));
}

/** What one idle connection uses up in an hour: the alarm that looks for silent sockets. */
export function idleHour(): Usage {
  const simulation = new Simulation();
  simulation.connect("u0");
  simulation.advance(SETTLE_MS);
  const before = simulation.total();
  simulation.advance(3_600_000);
  return perMessage(simulation.total(), before, 1);
}
