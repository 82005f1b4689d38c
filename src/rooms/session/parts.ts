import { Courier } from "../../kernel/courier.ts";
import { CourierStore } from "../../kernel/courier-store.ts";
import type { Effects } from "../../kernel/effects.ts";
import type { Clock, RoomPorts, RoomSql } from "../../kernel/ports.ts";
import type { AppId, GroupId, SessionId } from "../../protocol/ids.ts";
import { isGroup } from "../../protocol/session-id.ts";
import { Access } from "./access.ts";
import { Amendments } from "./amendments.ts";
import { ControlRequests } from "./control.ts";
import { CursorStore } from "./cursor-store.ts";
import { Cursors } from "./cursors.ts";
import { Departure } from "./departure.ts";
import { Drafts } from "./drafts.ts";
import { Expiry } from "./expiry.ts";
import { ExpiryStore } from "./expiry-store.ts";
import { FanOut } from "./fan-out.ts";
import type { SessionFeature } from "./feature.ts";
import { readersOf } from "./feed-readers.ts";
import { FeedStore } from "./feed-store.ts";
import { Feeds } from "./feeds.ts";
import { GateStore } from "./gate-store.ts";
import { GroupChanges } from "./group-changes.ts";
import { GroupGate } from "./group-gate.ts";
import { GroupOrder } from "./group-order.ts";
import { GroupStore } from "./group-store.ts";
import { Growth } from "./growth.ts";
import { HiddenStore } from "./hidden-store.ts";
import { Hiding } from "./hiding.ts";
import { ImportBook } from "./import-book.ts";
import { ImportCheck } from "./import-check.ts";
import { ImportStore } from "./import-store.ts";
import { Imports } from "./imports.ts";
import { InvitationStore } from "./invitation-store.ts";
import { Invitations } from "./invitations.ts";
import { Log } from "./log.ts";
import { Membership } from "./membership.ts";
import { NoticeEffects } from "./notice-effects.ts";
import { ObserverBook } from "./observer-book.ts";
import { ObserverStore } from "./observer-store.ts";
import { Observers } from "./observers.ts";
import { Passing } from "./passing.ts";
import { PinStore } from "./pin-store.ts";
import { Pins } from "./pins.ts";
import { PurgeStore } from "./purge-store.ts";
import { Purging } from "./purging.ts";
import { ReactionStore } from "./reaction-store.ts";
import { Reactions } from "./reactions.ts";
import { Relations } from "./relations.ts";
import { RelationsStore } from "./relations-store.ts";
import { Roster } from "./roster.ts";
import { Signals } from "./signals.ts";
import { Silence } from "./silence.ts";
import { SilenceStore } from "./silence-store.ts";
import { SessionStore } from "./store.ts";
import { StreamStore } from "./stream-store.ts";
import { Streams } from "./streams.ts";
import { TrimStore } from "./trim-store.ts";
import { Trimming } from "./trimming.ts";

/** What a session room is made of. */
export interface SessionParts {
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly drafts: Drafts;
  readonly expiry: Expiry;
  readonly hiding: Hiding;
  readonly relations: Relations;
  readonly features: readonly SessionFeature[];
}

export function sessionParts(
  { app, sessionId }: { app: AppId; sessionId: SessionId },
  { sql, clock, random, policy, settings }: RoomPorts,
  effects: Effects,
): SessionParts {
  const store = new SessionStore(sql);
  const roster = new Roster(new GroupStore(sql));
  const log = new Log(store, clock, sessionId);
  const relations = new Relations(new RelationsStore(sql), policy);
  const silence = new Silence(new SilenceStore(sql), roster, clock);
  const observerStore = new ObserverStore(sql);
  const book = new ObserverBook(observerStore);
  const access = new Access({ app, sessionId }, { roster, relations, silence, observers: book });
  const imports = new ImportBook({ sessionId, store: new ImportStore(sql), log, clock });
  const fanOut = new FanOut({ app, sessionId, store, log, imports, effects, clock, random }, [
    ...access.joined(),
    ...observing(book),
  ]);
  const drafts = new Drafts({ access, log, policy });
  const signals = new Signals(app, effects);
  const amendments = new Amendments({ log, fanOut, store });
  const courier = new Courier({ store: new CourierStore(sql), effects, clock, random });
  const shared = { sessionId, access, log, fanOut, drafts, signals, amendments, imports, clock, effects };
  const observers = new Observers({ ...shared, store: observerStore, book });
  const expiry = new Expiry({ ...shared, store: new ExpiryStore(sql) });
  const hiding = new Hiding({ ...shared, store: new HiddenStore(sql) });
  const group = isGroup(sessionId)
    ? groupParts({ ...shared, app, groupId: sessionId, roster, silence, courier, sql, observers })
    : undefined;
  const features: SessionFeature[] = [
    new ControlRequests({ ...shared, policy }),
    expiry,
    hiding,
    new Reactions({ ...shared, store: new ReactionStore(sql) }),
    new Pins({ ...shared, store: new PinStore(sql) }),
    new Streams({ ...shared, growth: new Growth(shared), store: new StreamStore(sql) }),
    new Passing(shared),
    new Cursors({ ...shared, store: new CursorStore(sql) }),
    observers,
    new Feeds({
      ...{ ...shared, app, store: new FeedStore(sql), readers: () => readersOf(policy, settings()) },
      trimming: new Trimming({ ...shared, store: new TrimStore(sql), policy: policy.archive }),
    }),
    ...(group?.features ?? []),
    new Purging({ ...shared, app, store: new PurgeStore(sql), departure: group?.departure }),
    courier,
    new Imports({
      ...{ access, log, fanOut, book: imports, features: () => features },
      check: new ImportCheck({ access, log, roster, clock }),
    }),
  ];
  return { access, log, fanOut, drafts, expiry, hiding, relations, features };
}

function observing(book: ObserverBook) {
  return book.all().map(({ userId, version, sinceSeqId }) => ({
    userId,
    observation: version,
    joinedSeqId: sinceSeqId + 1,
  }));
}

interface GroupPorts {
  readonly app: AppId;
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly silence: Silence;
  readonly courier: Courier;
  readonly observers: Observers;
  readonly sql: RoomSql;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly signals: Signals;
  readonly clock: Clock;
}

interface GroupParts {
  readonly features: readonly SessionFeature[];
  readonly departure: Departure;
}

function groupParts(ports: GroupPorts): GroupParts {
  const gate = new GateStore(ports.sql);
  const invitations = new Invitations({ ...ports, store: new InvitationStore(ports.sql) });
  const effects = new NoticeEffects({ ...ports, gate, invitations });
  const changes = new GroupChanges({ ...ports, gate, effects });
  const membership = new Membership({ ...ports, effects, changes });
  const gates = [new GroupGate({ ...ports, gate, invitations, changes }), new GroupOrder({ ...ports, gate, changes })];
  const departure = new Departure({ ...ports, membership, gate, invitations });
  return { features: [membership, ...gates], departure };
}
