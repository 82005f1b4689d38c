import { sessionRoom } from "../../src/kernel/room-name.ts";
import { amended, hasMessage, spanOf } from "../../src/protocol/amend.ts";
import type { Entry, HotSession, MessageEntry } from "../../src/protocol/entry.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { wholeLog } from "./asks.ts";
import type { Device } from "./device.ts";
import { listed } from "./directory.ts";
import { hotSession, mailboxOf } from "./mailboxes.ts";
import { app } from "./names.ts";
import { PEOPLE, type Play } from "./program.ts";

const LONGEST_BACKOFF_MS = 60_000;

/** Throws what is not as promised. Called when everything has come to rest. */
export function checkPromises(play: Play): void {
  for (const sessionId of play.sessions) {
    const log = wholeLog(play.world, sessionRoom(app, sessionId));
    checkLog(log);
    checkControls(log);
    for (const device of play.devices) {
      checkReceived(device, sessionId, log);
      checkAcknowledged(device, sessionId, log);
      for (const told of device.told) if (told.sessionId === sessionId) checkUnread(told, device.userId, log);
    }
    for (const userId of PEOPLE) checkRow(play, userId, log, hotSession(play.world, userId, sessionId));
    if (!play.lostInstances) for (const userId of PEOPLE) checkOrder(play, userId, { sessionId, log });
  }
  for (const device of play.devices) checkAnswers(device);
  checkListed(play);
}

/** M227: whoever was ever here is in the directory, once, whatever crashed or got lost on the way. */
function checkListed({ world }: Play): void {
  // A pause that the clock was put back into is over at once, or after the longest of them.
  for (const waitMs of [0, LONGEST_BACKOFF_MS]) {
    world.nowMs += waitMs;
    for (const userId of PEOPLE) world.ring(mailboxOf(userId));
    world.drain();
  }
  demand(listed(world).sort().join() === [...PEOPLE].sort().join(), "everybody is listed once", listed(world));
}

function demand(holds: boolean, promise: string, details: unknown): asserts holds {
  if (!holds) throw new Error(`${promise}: ${JSON.stringify(details)}`);
}

/** P2, P3: 1, 2, 3 … without holes, each packId once, time never back. */
function checkLog(log: readonly Entry[]): void {
  const packs = new Set(log.map(({ from, packId }) => `${from} ${packId}`));
  demand(packs.size === log.length, "a packId is stored once", log);
  for (const [index, { seqId, timestamp }] of log.entries()) {
    demand(seqId === index + 1, "seqIds have no holes", log);
    demand(timestamp >= (log[index - 1]?.timestamp ?? 0), "timestamps never decrease", log);
  }
}

/** P3: the order within a device is checked as it arrives; here, that it is the log's. */
function checkReceived(device: Device, sessionId: string, log: readonly Entry[]): void {
  for (const frame of device.received) {
    if (frame.sessionId !== sessionId) continue;
    for (const entry of frame.entries) {
      const stored = log[entry.seqId - 1];
      demand(namesOf(stored) === namesOf(entry), "what is delivered is what is stored", { stored, entry });
      if (entry.kind !== "message") continue;
      const copy = controlsFor(entry, log, log.length);
      demand(sortedJson(copy) === sortedJson(stored), "a copy and its control entries are what is stored", {
        stored,
        copy,
      });
    }
  }
}

/** What never changes of an entry: contents may be taken back, also those in control entries. */
function namesOf(entry: Entry | undefined): string {
  if (entry === undefined || entry.kind === "notice") return JSON.stringify(entry);
  const { seqId, timestamp, from, packId } = entry;
  const about = entry.kind === "control" ? [entry.control.op, spanOf(entry.control)] : [];
  return JSON.stringify([seqId, timestamp, from, packId, ...about]);
}

/** A device's copy of a message, after the control entries up to `upTo`. */
function controlsFor(message: MessageEntry, log: readonly Entry[], upTo: number): MessageEntry {
  let copy = message;
  for (const one of log.slice(0, upTo)) {
    if (one.kind === "control" && hasMessage(spanOf(one.control), copy.seqId, copy.from)) copy = amended(copy, one);
  }
  return copy;
}

function sortedJson(entry: Entry | undefined): string {
  return JSON.stringify(Object.entries(entry ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A control entry is the doing of somebody who may: here by the roles and members that the log itself tells. */
function checkControls(log: readonly Entry[]): void {
  const gone = new Set<number>();
  for (const entry of log) {
    if (entry.kind !== "control" || entry.control.op === "purge") continue;
    const { op, target, targetFrom } = entry.control;
    const message = log[target - 1];
    demand(
      message?.kind === "message" && message.from === targetFrom && target < entry.seqId,
      "a control has a target",
      entry,
    );
    demand(!gone.has(target), "nothing is done to what is gone", entry);
    const isOwner = log[0]?.kind === "notice" && log[0].from === entry.from;
    demand(
      op === "react" || entry.from === targetFrom || (isOwner && op !== "override"),
      "only who may controls",
      entry,
    );
    if (op === "recall" || op === "delete") gone.add(target);
  }
}

/** Messages that count no longer, as of the entries up to `upTo`. */
function uncounted(log: readonly Entry[], upTo: number): Set<number> {
  const controls = log.slice(0, upTo).flatMap((entry) => (entry.kind === "control" ? entry.control : []));
  return new Set(
    controls.filter(({ op }) => op === "recall" || op === "delete").map((control) => spanOf(control).upTo),
  );
}

/** P1, P3: what was acknowledged is there, where the answer said. */
function checkAcknowledged(device: Device, sessionId: string, log: readonly Entry[]): void {
  for (const { packId, result } of device.acknowledged()) {
    if (result.sessionId !== sessionId) continue;
    const stored = log[result.seqId - 1];
    const isThere = stored?.packId === packId && stored.from === device.userId && stored.timestamp === result.timestamp;
    demand(isThere, "acknowledged is durable", { result, stored });
  }
}

/** P2: messages that one connection sent have the order in which it sent them. */
function checkOrder(
  play: Play,
  userId: UserId,
  { sessionId, log }: { sessionId: string; log: readonly Entry[] },
): void {
  const lives = play.devices.filter((device) => device.userId === userId).flatMap((device) => device.lives);
  const sent = lives.map(({ requests }) =>
    requests.flatMap((one) => (one.type === "msg.send" && one.sessionId === sessionId ? one.packId : [])),
  );
  for (const [life, packs] of sent.entries()) {
    const elsewhere = new Set(sent.flatMap((others, index) => (index === life ? [] : others)));
    const once = packs.filter((packId, at) => packs.indexOf(packId) === at && packs.lastIndexOf(packId) === at);
    const stored = once
      .filter((packId) => !elsewhere.has(packId))
      .map((packId) => log.find((entry) => entry.packId === packId && entry.from === userId)?.seqId)
      .filter((seqId) => seqId !== undefined);
    demand(
      stored.every((seqId, at) => seqId > (stored[at - 1] ?? 0)),
      "one sender's order is kept",
      { packs, stored },
    );
  }
}

function isAbout(entry: Entry, events: readonly string[], userId: UserId): boolean {
  if (entry.kind !== "notice" || !events.includes(entry.notice.event)) return false;
  return "users" in entry.notice && entry.notice.users.includes(userId);
}

const lastIn = (log: readonly Entry[], events: readonly string[], userId: UserId): number =>
  log.findLast((entry) => isAbout(entry, events, userId))?.seqId ?? 0;
const JOINS = ["created", "joined"];
const LEAVES = ["quit", "removed"];

/** P4: whenever a device is told a count, it is that of the log between the cursor and the newest entry. */
function checkUnread(
  told: Pick<HotSession, "readSeqId" | "lastSeqId" | "unread">,
  me: UserId,
  log: readonly Entry[],
): void {
  const { readSeqId, lastSeqId, unread } = told;
  const known = log.slice(0, lastSeqId);
  const joined = lastIn(known, JOINS, me);
  demand(readSeqId >= joined - 1, "a session begins with the join", { told, joined });
  const gone = uncounted(log, lastSeqId);
  const isUnread = ({ kind, from, seqId }: Entry) => kind === "message" && from !== me && !gone.has(seqId);
  const counted = known.slice(readSeqId).filter(isUnread).length;
  demand(unread === counted, "unread is exact", { me, told, counted });
}

/** P9: at rest everybody is where the log ends for them. */
function checkRow(play: Play, userId: UserId, log: readonly Entry[], row: HotSession | undefined): void {
  const isGroup = log[0]?.kind === "notice";
  const [joined, left] = [lastIn(log, JOINS, userId), lastIn(log, LEAVES, userId)];
  const isMember = isGroup ? joined > left : log[0] !== undefined && row !== undefined;
  const end = isGroup && !isMember ? left : log.length;
  if (end === 0 || row === undefined) {
    demand(end === 0 || (!isGroup && userId === "carol"), "everybody is reached", { userId, end });
    return;
  }
  demand(row.lastSeqId === end && row.member === isMember, "the row is at the end", { userId, row, end, isMember });
  const own = log.slice(0, end).findLast(({ kind, from }) => kind === "message" && from === userId);
  demand(row.readSeqId >= (own?.seqId ?? 0), "an own message is read", { userId, row });
  checkUnread(row, userId, log);
  for (const device of play.devices) {
    if (device.userId !== userId || device.life === undefined) continue;
    const computed = device.sessions.get(row.sessionId);
    demand(
      JSON.stringify(stateOf(computed)) === JSON.stringify(stateOf(row)),
      "a device computes what the server stores",
      {
        computed,
        row,
      },
    );
  }
}

function stateOf(hot: HotSession | undefined): unknown {
  return hot === undefined ? undefined : [hot.firstSeqId, hot.lastSeqId, hot.readSeqId, hot.unread, hot.member];
}

/** P6: an open connection has one answer to every request, a closed one at most one. */
function checkAnswers(device: Device): void {
  for (const { connection, requests } of device.lives) {
    for (const packId of new Set(requests.map((request) => request.packId))) {
      const asked = requests.filter((request) => request.packId === packId).length;
      const answered = connection.acks(packId).length;
      const isRight = connection.isOpen ? answered === asked : answered <= asked;
      demand(isRight, "every request gets one answer", { packId, asked, answered, open: connection.isOpen });
    }
  }
}
