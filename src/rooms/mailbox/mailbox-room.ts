import { assertNever } from "../../kernel/assert.ts";
import { Batcher } from "../../kernel/batcher.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { Connection, RoomPorts } from "../../kernel/ports.ts";
import { packIdOf } from "../../kernel/refusal.ts";
import type { Room } from "../../kernel/room.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { Decoded } from "../../protocol/codec.ts";
import type { EntryFrame } from "../../protocol/down.ts";
import { ERRORS, ParleyError } from "../../protocol/errors.ts";
import type { GroupFrame } from "../../protocol/frames/group.ts";
import type { HistoryPull, MsgRead, MsgSend } from "../../protocol/frames/message.ts";
import type { SyncSessions } from "../../protocol/frames/sync.ts";
import { groupIdOf } from "../../protocol/group-id.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import { MAX_FRAMES_PER_BATCH, MAX_SYNC_LIMIT } from "../../protocol/limits.ts";
import type { MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, SessionCall } from "../../protocol/rpc/session-call.ts";
import type { UpFrame } from "../../protocol/up.ts";
import { Desk, type Owed } from "./desk.ts";
import { HotSessions } from "./hot-sessions.ts";
import { type PendingRead, Reading, type ReadStep } from "./reading.ts";
import { MailboxStore } from "./store.ts";

type Tag =
  | { readonly kind: "append"; readonly batch: AppendBatch }
  | { readonly kind: "forward"; readonly owed: Owed }
  | { readonly kind: "read"; readonly owed: Owed; readonly pending: PendingRead };

/** A message that waits for its session's batch. */
interface Waiting {
  readonly owed: Owed;
  readonly frame: MsgSend;
}

/** Messages under way to a session, in a lane that only the instance that sent them knows. */
interface AppendBatch {
  readonly sessionId: SessionId;
  readonly owed: readonly Owed[];
  readonly lanes: Batcher<SessionId, Waiting>;
}

/** One user: their connections, and the list of their sessions. Rules: SPEC.md. */
export class MailboxRoom implements Room {
  readonly #app: AppId;
  readonly #me: UserId;
  readonly #effects: Effects;
  readonly #desk: Desk;
  readonly #hotSessions: HotSessions;
  readonly #reading: Reading;
  readonly #outgoing = new Batcher<SessionId, Waiting>(MAX_FRAMES_PER_BATCH);

  constructor(address: { app: AppId; userId: UserId }, ports: RoomPorts, effects: Effects) {
    this.#app = address.app;
    this.#me = address.userId;
    this.#effects = effects;
    this.#desk = new Desk({ connections: ports.connections, clock: ports.clock, limits: ports.limits, effects });
    this.#hotSessions = new HotSessions(new MailboxStore(ports.sql), this.#me);
    this.#reading = new Reading(this.#hotSessions, this.#me);
  }

  call(call: RoomCall): unknown {
    const known = call as MailboxCall; // SAFETY: hosts route by room kind, and only MailboxCall goes to mailboxes
    return this.#deliver(known.frame);
  }

  opened(connection: Connection): void {
    this.#desk.admit(connection);
  }

  closed(): void {}

  alarm(): void {
    this.#desk.sweep();
  }

  received(connection: Connection, request: Decoded): void {
    const packId = packIdOf(request);
    if (!this.#desk.enter(connection, packId)) return;
    try {
      if (!request.ok) throw new ParleyError(request.error, request.detail);
      this.#handle({ connection, packId: request.frame.packId }, request.frame);
    } catch (thrown) {
      // A coded refusal is an answer like any other; what was not thrown on purpose rolls the event back.
      if (!(thrown instanceof ParleyError)) throw thrown;
      this.#desk.refuse(connection, packId, failed(thrown));
    }
  }

  settle(): void {
    for (const [sessionId, batch] of this.#outgoing.start()) {
      const items = batch.map(({ frame: { packId, contentType, content } }) => ({ packId, contentType, content }));
      const owed = batch.map((waiting) => waiting.owed);
      const tag: Tag = { kind: "append", batch: { sessionId, owed, lanes: this.#outgoing } };
      this.#toSession(sessionId, { type: "append", sender: this.#me, items }, tag);
    }
  }

  replied(callTag: CallTag, outcome: Outcome): void {
    const tag = callTag as Tag; // SAFETY: this room makes no other tags
    switch (tag.kind) {
      case "append":
        this.#appended(tag.batch, outcome);
        return;
      case "forward":
        this.#desk.answer(tag.owed, outcome);
        return;
      case "read":
        this.#finishRead(tag.owed, tag.pending, outcome);
        return;
      default:
        assertNever(tag);
    }
  }

  abandon(): void {
    for (const { owed } of this.#outgoing.abandon()) this.#desk.answer(owed, failed(new ParleyError("UNAVAILABLE")));
  }

  /** A batch of an earlier instance ends a lane of that instance, which is empty, and none of this one's (M31). */
  #appended({ sessionId, owed, lanes }: AppendBatch, outcome: Outcome): void {
    if (outcome.ok) {
      lanes.done(sessionId);
      const results = outcome.value as AppendResult; // SAFETY: append answers with one result per item
      owed.forEach((one, index) => {
        this.#desk.answer(one, itemOutcome(results, index));
      });
      return;
    }
    const behind = lanes.fail(sessionId).map((waiting) => waiting.owed);
    for (const one of [...owed, ...behind]) this.#desk.answer(one, outcome);
  }

  #handle(owed: Owed, frame: UpFrame): void {
    switch (frame.type) {
      case "msg.send":
        this.#outgoing.push(frame.sessionId, { owed, frame });
        return;
      case "msg.read":
        this.#read(owed, frame);
        return;
      case "history.pull":
        this.#pull(owed, frame);
        return;
      case "sync.sessions":
        this.#sync(owed, frame);
        return;
      default:
        this.#forwardGroup(owed, frame);
    }
  }

  #deliver(frame: EntryFrame): null {
    const { sessionId, entries } = frame;
    const fresh = this.#hotSessions.apply(sessionId, entries);
    if (fresh.length === 0) return null;
    this.#reading.delivered(sessionId, fresh);
    const whole = fresh.length === entries.length;
    this.#effects.send(this.#desk.live(), whole ? frame : { ...frame, entries: [...fresh] });
    return null;
  }

  #read(owed: Owed, { sessionId, seqId }: MsgRead): void {
    this.#readStep(owed, this.#reading.begin(sessionId, seqId));
  }

  #readStep(owed: Owed, step: ReadStep): void {
    if (step.step === "done") {
      this.#readDone(owed, step);
      return;
    }
    const { pending } = step;
    const call: SessionCall = { type: "unread", userId: this.#me, after: pending.seqId, upTo: pending.upTo };
    this.#toSession(pending.sessionId, call, { kind: "read", owed, pending });
  }

  #finishRead(owed: Owed, pending: PendingRead, outcome: Outcome): void {
    if (outcome.ok) {
      this.#readStep(owed, this.#reading.finish(pending, Number(outcome.value)));
      return;
    }
    this.#reading.giveUp(pending);
    this.#desk.answer(owed, outcome);
  }

  #readDone(owed: Owed, { result, moved }: ReadStep & { step: "done" }): void {
    this.#desk.answer(owed, { ok: true, value: result });
    if (moved === undefined) return;
    const others = this.#desk.live().filter((connection) => connection !== owed.connection);
    this.#effects.send(others, { type: "session", session: moved });
  }

  #sync(owed: Owed, { since, limit }: SyncSessions): void {
    const page = this.#hotSessions.page(since, limit ?? MAX_SYNC_LIMIT);
    if (!page.more) this.#desk.goLive(owed.connection);
    this.#desk.answer(owed, { ok: true, value: page });
  }

  #pull(owed: Owed, { sessionId, before, after, limit }: HistoryPull): void {
    const by = { kind: "user", userId: this.#me } as const;
    this.#toSession(sessionId, { type: "history", by, before, after, limit }, { kind: "forward", owed });
  }

  #forwardGroup(owed: Owed, frame: GroupFrame): void {
    const groupId = frame.type === "group.create" ? groupIdOf(this.#app, this.#me, frame.packId) : frame.groupId;
    // SAFETY: a GroupId is a SessionId of the GC_ kind
    const sessionId = groupId as string as SessionId;
    this.#toSession(sessionId, { type: "group", by: this.#me, frame }, { kind: "forward", owed });
  }

  #toSession(sessionId: SessionId, call: SessionCall, tag: Tag): void {
    this.#effects.call(sessionRoom(this.#app, sessionId), call, tag);
  }
}

function itemOutcome(results: AppendResult, index: number): Outcome {
  return results[index] ?? { ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message };
}
