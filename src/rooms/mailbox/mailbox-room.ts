import { Courier } from "../../kernel/courier.ts";
import { CourierStore } from "../../kernel/courier-store.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import { handlerOf } from "../../kernel/handler-of.ts";
import { indexesOf } from "../../kernel/indexes-of.ts";
import type { Connection, RoomPorts } from "../../kernel/ports.ts";
import { packIdOf } from "../../kernel/refusal.ts";
import type { Room } from "../../kernel/room.ts";
import type { Decoded } from "../../protocol/codec.ts";
import type { EntryFrame } from "../../protocol/down.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, UserId } from "../../protocol/ids.ts";
import type { Erasure, MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { isSessionFrame } from "../../protocol/session-frame.ts";
import type { UpFrame } from "../../protocol/up.ts";
import { Desk, type Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import { mailboxFeatures } from "./features.ts";
import { Forwarding } from "./forwarding.ts";
import { HotSessions } from "./hot-sessions.ts";
import { Listing } from "./listing.ts";
import { ReplayStore } from "./replay-store.ts";
import { Replays } from "./replays.ts";
import { Standing } from "./standing.ts";
import { MailboxStore } from "./store.ts";
import { WebhookStore } from "./webhook-store.ts";
import { Webhooks } from "./webhooks.ts";

type Handle = (owed: Owed, frame: UpFrame) => void;
type Answer = (call: MailboxCall) => unknown;

const requestsOf = ({ requests }: MailboxFeature) => requests;
const callsOf = ({ calls }: MailboxFeature) => calls;

/** Which features settle, and which hear of deliveries. */
let settling: readonly number[] | undefined;
let delivering: readonly number[] | undefined;

/** What others bring for the devices of a user. */
const TO_DEVICES: ReadonlySet<string> = new Set<MailboxCall["type"]>(["deliver", "imported", "signal"]);

/** One user: their connections, the list of their sessions, and all that is theirs alone. Rules: SPEC.md. */
export class MailboxRoom implements Room {
  readonly #mailbox: Mailbox;
  readonly #forwarding: Forwarding;
  readonly #replays: Replays;
  readonly #standing: Standing;
  readonly #listing: Listing;
  readonly #features: readonly MailboxFeature[];

  constructor(address: { app: AppId; userId: UserId }, ports: RoomPorts, effects: Effects) {
    const { app, userId: me } = address;
    const { sql, clock, random, policy, connections } = ports;
    const settings = () => ports.settings();
    this.#replays = new Replays(new ReplayStore(sql), clock);
    const onAnswered = (owed: Owed, value: unknown) => this.#replays.answered(owed, value);
    const desk = new Desk({ connections, clock, policy, effects, onAnswered });
    const store = new MailboxStore(sql);
    const hotSessions = new HotSessions(store, me);
    const courier = new Courier({ store: new CourierStore(sql), effects, clock, random });
    const webhooks = new Webhooks({ app, me, settings, store: new WebhookStore(sql), courier, clock });
    this.#mailbox = { app, me, sql, clock, random, policy, settings, effects, desk, hotSessions, courier, webhooks };
    this.#forwarding = new Forwarding(this.#mailbox);
    this.#standing = new Standing(this.#mailbox);
    this.#listing = new Listing(this.#mailbox);
    const features = mailboxFeatures(this.#mailbox, store, this.#forwarding);
    this.#features = [this.#standing, ...features, this.#forwarding, this.#listing, courier];
  }

  call(call: RoomCall): unknown {
    const known = call as MailboxCall; // SAFETY: hosts route by room kind, and only MailboxCall goes to mailboxes
    if (known.type === "erase") return this.#erase(known);
    if (this.#listing.isAway && TO_DEVICES.has(known.type)) return null;
    if (known.type === "deliver") return this.#deliver(known.frame);
    if (known.type === "replay") return this.#replays.replay(known);
    if (known.type === "signal") {
      this.#mailbox.effects.send(this.#mailbox.desk.live(), known.frame);
      return null;
    }
    const answer = handlerOf<MailboxFeature, Answer>(this.#features, callsOf, known.type)?.(known) ?? null;
    this.#listing.called(known.type);
    return answer;
  }

  opened(connection: Connection): void {
    if (this.#refuses(connection)) return;
    this.#mailbox.desk.admit(connection);
    for (const feature of this.#features) feature.opened?.(connection);
  }

  closed(connection: Connection): void {
    this.#leave(connection, this.#mailbox.clock.nowMs());
  }

  alarm(): void {
    // A peer that is silent may never take part in the close: for the user it is gone since it was last heard.
    for (const connection of this.#mailbox.desk.sweep()) this.#leave(connection, connection.lastSeenMs());
    for (const feature of this.#features) feature.alarm?.();
  }

  received(connection: Connection, request: Decoded): void {
    const { desk } = this.#mailbox;
    const packId = packIdOf(request);
    const isVisit = connection.state.phase === "visiting";
    if (isVisit ? this.#refuses(connection) : this.#standing.refuses(connection)) return;
    if (!desk.enter(connection, packId)) return;
    try {
      if (!request.ok) throw new ParleyError(request.error, request.detail);
      this.#handle({ connection, packId: request.frame.packId }, request.frame);
      this.#listing.asked(connection.state, request.frame.type);
    } catch (thrown) {
      // A coded refusal is an answer like any other; what was not thrown on purpose rolls the event back.
      if (!(thrown instanceof ParleyError)) throw thrown;
      desk.refuse(connection, packId, failed(thrown));
    }
  }

  settle(): void {
    for (const sessionId of this.#mailbox.hotSessions.takeMoved())
      for (const feature of this.#features) feature.moved?.(sessionId);
    settling ??= indexesOf(this.#features, ({ settle }) => settle !== undefined);
    for (const index of settling) this.#features[index]?.settle?.();
  }

  replied(callTag: CallTag, outcome: Outcome): void {
    const tag = callTag as MailboxTag; // SAFETY: features make no other tags
    this.#features.find(({ name }) => name === tag.feature)?.replied?.(tag, outcome);
  }

  abandon(): void {
    for (const feature of this.#features) feature.abandon?.();
  }

  #erase(asked: Erasure): null {
    if (this.#listing.wasErased(asked.atMs)) return null;
    this.#mailbox.hotSessions.erase();
    this.#replays.erase();
    for (const feature of this.#features) feature.erase?.(asked);
    return null;
  }

  #refuses(connection: Connection): boolean {
    return this.#features.some((feature) => feature.refuses?.(connection) === true);
  }

  #leave(connection: Connection, seenAtMs: number): void {
    if (!this.#mailbox.desk.leave(connection)) return;
    for (const feature of this.#features) feature.closed?.(connection, seenAtMs);
  }

  #handle(owed: Owed, frame: UpFrame): void {
    const known = this.#replays.recall(owed, frame);
    if (known !== undefined) {
      this.#mailbox.desk.answer(owed, { ok: true, value: known });
      return;
    }
    const handle = handlerOf<MailboxFeature, Handle>(this.#features, requestsOf, frame.type);
    if (handle !== undefined) handle(owed, frame);
    else if (isSessionFrame(frame)) this.#forwarding.forward(owed, frame);
    else throw new ParleyError("UNKNOWN_TYPE", frame.type);
  }

  #deliver(frame: EntryFrame): null {
    const { hotSessions, desk, effects } = this.#mailbox;
    const { sessionId, entries } = frame;
    const fresh = hotSessions.apply(sessionId, entries);
    if (fresh.length === 0) return null;
    delivering ??= indexesOf(this.#features, ({ delivered }) => delivered !== undefined);
    for (const index of delivering) this.#features[index]?.delivered?.(sessionId, fresh);
    const whole = fresh.length === entries.length;
    effects.send(desk.live(), whole ? frame : { ...frame, entries: [...fresh] });
    return null;
  }
}
