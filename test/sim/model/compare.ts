import type { z } from "zod";
import { sessionRoom } from "../../../src/kernel/room-name.ts";
import type { Entry, HotSession } from "../../../src/protocol/entry.ts";
import type { MsgPinsResult, MsgReadersResult } from "../../../src/protocol/frames/message.ts";
import type { SyncPriorityResult } from "../../../src/protocol/frames/sync.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import { wholeLog } from "../asks.ts";
import { dataOf, freshPack, hotSession } from "../mailboxes.ts";
import { app } from "../names.ts";
import { compareGroup, compareRelations } from "./compare-people.ts";
import type { Conversation } from "./conversation.ts";
import type { ModelMessage, ModelRow, View } from "./conversation-rows.ts";
import { equal } from "./equal.ts";
import { type Sequence, USERS } from "./sequence.ts";

/** Throws where the rooms and the model differ. */
export function compare(sequence: Sequence): void {
  for (const talk of [sequence.single, sequence.group]) {
    const log = wholeLog(sequence.world, sessionRoom(app, talk.sessionId));
    equal("the log", log.map(seen), talk.rows.map(meant));
    for (const userId of USERS) {
      const view = talk.views.get(userId);
      compareRow(sequence, userId, talk);
      if (view?.isMember === true) {
        compareHistory(sequence, userId, talk);
        compareLists(sequence, userId, talk);
      }
    }
  }
  for (const userId of USERS) comparePriority(sequence, userId);
  compareGroup(sequence);
  compareRelations(sequence);
}

function seen(entry: Entry): unknown {
  if (entry.kind === "notice") return [entry.seqId, entry.notice.event];
  if (entry.kind === "control") return [entry.seqId, entry.control.op];
  const { seqId, from, content, gone, edited, reactions } = entry;
  const sorted = Object.entries(reactions ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [seqId, from, content, gone?.as, edited?.count ?? 0, sorted];
}

function meant(row: ModelMessage | ModelRow): unknown {
  if (row.kind !== "message") return [row.seqId, row.what];
  const { seqId, from, gone } = row;
  if (gone !== undefined) return [seqId, from, "", gone, 0, []];
  const counts = [...row.reactions].map(([reaction, users]) => [reaction, users.size] as const);
  const sorted = counts.filter(([, size]) => size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return [seqId, from, row.content, undefined, row.edits, sorted];
}

/** As the user reads it: what they hid is empty, what is gone for everybody is that. */
function compareHistory({ world }: Sequence, userId: UserId, talk: Conversation): void {
  const by = { kind: "user", userId } as const;
  const outcome = world.call(sessionRoom(app, talk.sessionId), { type: "history", by, after: 0, limit: 200 });
  if (!outcome.ok) throw new Error(`${userId} may not read: ${outcome.error}`);
  const { entries } = outcome.value as { entries: Entry[] }; // SAFETY: what history answers with
  const hidden = entries.flatMap((one) => (one.kind === "message" && one.gone?.as === "hidden" ? one.seqId : []));
  const wanted = talk.rows.flatMap((row) => (row.kind === "message" && row.hiddenFor.has(userId) ? row.seqId : []));
  equal(`what is hidden for ${userId}`, hidden, wanted);
  for (const one of entries) {
    if (one.kind === "message" && one.gone !== undefined) equal("what is gone", one.content, "");
  }
}

function compareRow(sequence: Sequence, userId: UserId, talk: Conversation): void {
  const view = talk.views.get(userId);
  const row = hotSession(sequence.world, userId, talk.sessionId);
  const should = view === undefined ? undefined : rowOf(view, userId, talk);
  equal(`${userId}'s row`, row && stateOf(row), should);
  for (const device of sequence.devices) {
    if (device.userId !== userId || device.life === undefined) continue;
    const computed = device.sessions.get(talk.sessionId);
    equal(`what ${userId}'s device computes`, computed && stateOf(computed), should);
  }
}

function stateOf(hot: HotSession): unknown {
  const { firstSeqId, lastSeqId, readSeqId, unread, mentions, member, marked, hidden, attributes, last } = hot;
  const flags = [member, marked === true, hidden === true, attributes?.pinned === true];
  return [firstSeqId, lastSeqId, readSeqId, unread, mentions, flags, last.seqId, preview(last)];
}

function preview(last: Entry): unknown {
  return last.kind === "message" ? [last.content, last.gone !== undefined] : [];
}

function rowOf(view: View, userId: UserId, talk: Conversation): unknown {
  const mentions = [...view.unread].filter((seqId) => talk.message(seqId)?.mentions.includes(userId)).length;
  const flags = [view.isMember, view.isMarked, view.isHidden, view.isPinned];
  const numbers = [view.first, view.last, view.read, view.unread.size, mentions];
  return [...numbers, flags, view.shown, shown(view, userId, talk)];
}

/** Whoever left does not hear of what is done to messages afterwards. */
function shown(view: View, userId: UserId, talk: Conversation): unknown {
  const message = talk.message(view.shown);
  if (message === undefined) return [];
  const isGone = message.gone !== undefined || message.hiddenFor.has(userId);
  return [isGone ? "" : message.content, isGone];
}

function compareLists(sequence: Sequence, userId: UserId, talk: Conversation): void {
  const { sessionId } = talk;
  const { pins } = sequence.ask(userId, { type: "msg.pins", sessionId }, []) as z.infer<typeof MsgPinsResult>; // SAFETY: its result
  equal(
    `the pins`,
    pins.map(({ seqId }) => seqId).sort(),
    [...talk.pins].filter((seqId) => talk.message(seqId)?.gone === undefined).sort(),
  );
  const message = talk.rows.findLast((row) => row.kind === "message");
  if (message === undefined) return;
  const { seqId } = message;
  const result = sequence.ask(userId, { type: "msg.readers", sessionId, seqId }, []);
  const { users } = result as z.infer<typeof MsgReadersResult>; // SAFETY: its result
  const from = message.kind === "message" ? message.from : undefined;
  const hasRead = ({ first, read }: View) => first <= seqId && read >= seqId;
  const readers = USERS.filter((one) => {
    const view = talk.views.get(one);
    return one !== from && talk.isMember(one) && view !== undefined && hasRead(view);
  });
  equal(`the readers of ${seqId}`, [...users].sort(), [...readers].sort());
}

function comparePriority({ world, single, group }: Sequence, userId: UserId): void {
  const connection = world.connect(userId, { deviceType: "linux" });
  const packId = freshPack();
  world.send(connection, { type: "sync.priority", packId, after: 0 });
  const { items } = dataOf<SyncPriorityResult>(connection, packId);
  world.disconnect(connection);
  for (const talk of [single, group]) {
    const kept = items.filter(({ sessionId }) => sessionId === talk.sessionId);
    const seqIds = kept.map(({ entry }) => entry.seqId);
    equal(`${userId}'s priority entries`, seqIds, talk.views.get(userId)?.priority ?? []);
    for (const { entry } of kept) {
      const now = talk.message(entry.seqId);
      const view = talk.views.get(userId);
      // Whoever was away does not hear what was done meanwhile to what they had before.
      const hears = view?.isMember === true && entry.seqId >= view.first;
      if (entry.kind !== "message" || now === undefined || !hears) continue;
      // An edit is kept beside the message, not in it.
      equal("what is kept of a message", entry.content === "", now.gone !== undefined || now.hiddenFor.has(userId));
    }
  }
}
