import type { z } from "zod";
import type { Connection } from "../../kernel/ports.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { PresenceSubscribe, PresenceUnsubscribe } from "../../protocol/frames/device.ts";
import type { DeviceType, UserId } from "../../protocol/ids.ts";
import { MAX_FOLLOWED } from "../../protocol/limits.ts";
import type { PresenceNews } from "../../protocol/rpc/mailbox-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxCalls, MailboxFeature, MailboxTag } from "./feature.ts";
import { FollowedStore } from "./followed-store.ts";
import { Gatherings } from "./gatherings.ts";
import type { Relations } from "./relations.ts";

/** Whom each connection follows, and what they tell. The other half is `Presence`. */
export class Following implements MailboxFeature {
  readonly name = "following";
  readonly #mailbox: Mailbox;
  readonly #relations: Relations;
  readonly #store: FollowedStore;
  readonly #followed: Map<DeviceType, Set<UserId>>;
  readonly #gatherings: Gatherings<UserId, PresenceNews | null>;
  /** The newest news, so that older ones that come late are not told. */
  readonly #newest = new Map<UserId, PresenceNews>();

  constructor(mailbox: Mailbox, relations: Relations) {
    this.#mailbox = mailbox;
    this.#relations = relations;
    this.#store = new FollowedStore(mailbox.sql);
    this.#followed = new Map(this.#store.all().map(([deviceType, userIds]) => [deviceType, new Set(userIds)]));
    this.#gatherings = new Gatherings(this.name, mailbox);
    relations.whenEnded((userId) => {
      for (const deviceType of this.#followed.keys()) this.#remove(deviceType, [userId]);
    });
  }

  readonly requests = {
    "presence.subscribe": (owed: Owed, { userIds }: z.infer<typeof PresenceSubscribe>) => {
      const friends = new Set(userIds.filter((userId) => this.#relations.isOpenTo(userId)));
      const { phase, deviceType } = owed.connection.state;
      // A visit ends with its answer, so it follows nobody.
      const isVisit = phase === "visiting";
      if (!isVisit) this.#add(deviceType, friends);
      const presences = (found: ReadonlyMap<UserId, PresenceNews | null>) =>
        [...friends].flatMap((userId) => found.get(userId)?.presence ?? []);
      const { app, me } = this.#mailbox;
      this.#gatherings.ask(owed, {
        keys: friends,
        room: (userId) => mailboxRoom(app, userId),
        call: () => ({ type: "follow", by: me, ...(isVisit ? { once: true } : {}) }),
        answer: (found) => ({ presences: presences(found) }),
      });
    },
    "presence.unsubscribe": (owed: Owed, { userIds }: z.infer<typeof PresenceUnsubscribe>) => {
      const { phase, deviceType } = owed.connection.state;
      if (phase !== "visiting") this.#remove(deviceType, userIds);
      this.#mailbox.desk.answer(owed, { ok: true, value: {} });
    },
  };

  readonly calls: MailboxCalls = {
    presence: ({ news }): boolean => {
      const { userId } = news.presence;
      const connections = this.#followersOf(userId);
      if (connections.length === 0) this.#newest.delete(userId);
      else this.#learn(news, connections);
      return connections.length > 0;
    },
  };

  replied(tag: MailboxTag, outcome: Outcome): void {
    this.#gatherings.replied(tag, outcome, (value, { connection }) => {
      const news = value as PresenceNews | null; // SAFETY: what `follow` answers with
      if (news === null) return null;
      const others = this.#followersOf(news.presence.userId).filter((one) => one !== connection);
      return this.#learn(news, others);
    });
  }

  opened({ state }: Connection): void {
    this.#forget(state.deviceType);
  }

  closed({ state }: Connection): void {
    const isReplaced = this.#mailbox.desk.connections().some((other) => other.state.deviceType === state.deviceType);
    if (!isReplaced) this.#forget(state.deviceType);
  }

  erase(): void {
    for (const deviceType of [...this.#followed.keys()]) this.#forget(deviceType);
    this.#newest.clear();
  }

  abandon(): void {
    this.#gatherings.abandon();
  }

  /** Tells the connections, unless newer news were told. Returns the newest. */
  #learn(news: PresenceNews, connections: readonly Connection[]): PresenceNews {
    const newest = this.#newest.get(news.presence.userId);
    if (newest !== undefined && newest.version >= news.version) return newest;
    this.#newest.set(news.presence.userId, news);
    this.#mailbox.effects.send(connections, { type: "presence", ...news.presence });
    return news;
  }

  #followersOf(userId: UserId): Connection[] {
    const connections = this.#mailbox.desk.connections();
    return connections.filter(({ state }) => this.#followed.get(state.deviceType)?.has(userId));
  }

  #add(deviceType: DeviceType, userIds: ReadonlySet<UserId>): void {
    const old = this.#followed.get(deviceType) ?? new Set();
    const all = new Set([...old, ...userIds]);
    if (all.size > MAX_FOLLOWED) throw new ParleyError("LIMIT_REACHED", "followed users");
    if (all.size > old.size) this.#put(deviceType, all);
  }

  #remove(deviceType: DeviceType, userIds: readonly UserId[]): void {
    const old = this.#followed.get(deviceType) ?? new Set();
    const rest = new Set([...old].filter((userId) => !userIds.includes(userId)));
    if (rest.size === 0) this.#forget(deviceType);
    else if (rest.size < old.size) this.#put(deviceType, rest);
  }

  #put(deviceType: DeviceType, userIds: Set<UserId>): void {
    this.#store.put(deviceType, [...userIds]);
    this.#followed.set(deviceType, userIds);
  }

  #forget(deviceType: DeviceType): void {
    if (!this.#followed.has(deviceType)) return;
    this.#store.delete(deviceType);
    this.#followed.delete(deviceType);
  }
}
