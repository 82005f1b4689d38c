import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { PresenceNews } from "../../protocol/rpc/mailbox-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Devices } from "./devices.ts";
import type { Mailbox, MailboxCalls, MailboxFeature, MailboxTag } from "./feature.ts";
import { PresenceStore, type Told } from "./presence-store.ts";
import type { Relations } from "./relations.ts";

/** Who reconnects within this time was never away. */
const GRACE_MS = 10_000;
/** While followers are being told the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const RETRY: BackoffPlan = { baseMs: 1_000, maxMs: 300_000 };
/** Followers that are told at once. */
const MAX_IN_FLIGHT = 32;

interface NewsTag extends MailboxTag {
  readonly follower: UserId;
}

/** Tells friends who follow the user when they come and go. The other half is `Following`. */
export class Presence implements MailboxFeature {
  readonly name = "presence";
  readonly #mailbox: Mailbox;
  readonly #relations: Relations;
  readonly #devices: Devices;
  readonly #store: PresenceStore;
  #due = new Set<UserId>();
  readonly #inFlight = new Map<UserId, NewsTag>();
  #failed = new Set<UserId>();
  #failures = 0;
  #retryAtMs = 0;

  constructor(mailbox: Mailbox, { relations, devices }: { relations: Relations; devices: Devices }) {
    this.#mailbox = mailbox;
    this.#relations = relations;
    this.#devices = devices;
    this.#store = new PresenceStore(mailbox.sql);
    relations.whenEnded((userId) => this.#lose(userId));
  }

  readonly calls: MailboxCalls = {
    follow: (call) => this.#follow(call),
    lookPresence: () => {
      this.#review();
      return this.#news().presence;
    },
  };

  opened(): void {
    this.#review();
  }

  closed(): void {
    this.#review();
  }

  alarm(): void {
    this.#review();
    this.#resume();
  }

  settle(): void {
    if (this.#due.size === 0) return;
    const { effects, app } = this.#mailbox;
    const news = this.#news();
    for (const follower of this.#due) {
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
      if (this.#inFlight.has(follower)) continue;
      this.#due.delete(follower);
      const tag: NewsTag = { feature: this.name, follower };
      this.#inFlight.set(follower, tag);
      effects.call(mailboxRoom(app, follower), { type: "presence", news }, tag);
    }
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { follower } = tag as NewsTag; // SAFETY: this feature makes no other tags
    // Not of this instance, or they asked in the meantime: then their answer is older than their wish to know.
    if (this.#inFlight.get(follower) !== tag) return;
    this.#inFlight.delete(follower);
    if (!outcome.ok) this.#failed.add(follower);
    else if (outcome.value === false) this.#lose(follower);
    this.#finish();
  }

  #follow({ by, once }: { by: UserId; once?: true }): PresenceNews | null {
    if (!this.#relations.isOpenTo(by)) return null;
    this.#review();
    if (once) return this.#news();
    if (this.#store.told() === undefined) this.#store.put({ ...this.#now(), isPending: false });
    this.#store.addFollower(by);
    if (this.#inFlight.delete(by)) this.#due.add(by);
    return this.#news();
  }

  /** What followers know may be true no longer. */
  #review(): void {
    const told = this.#store.told();
    if (told === undefined) return;
    const now = this.#now(told);
    if (now.isOnline === told.isOnline) return;
    const { clock, effects } = this.#mailbox;
    const waitMs = now.isOnline ? 0 : this.#devices.lastSeenAt() + GRACE_MS - clock.nowMs();
    // A clock that was put back must not make the wait longer than any is.
    if (waitMs > 0 && waitMs <= GRACE_MS) effects.wakeAt(clock.nowMs() + waitMs);
    else this.#tell(now);
  }

  #tell(now: Omit<Told, "isPending">): void {
    const { clock, effects } = this.#mailbox;
    this.#due = new Set(this.#store.followers());
    this.#failed.clear();
    this.#failures = 0;
    if (this.#due.size === 0) {
      this.#store.forget();
      return;
    }
    this.#store.put({ ...now, isPending: true });
    effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }

  /** With those that could not be told, or after a crash or an eviction with all of them. */
  #resume(): void {
    if (this.#store.told()?.isPending !== true) return;
    const { clock, effects } = this.#mailbox;
    const waitMs = this.#retryAtMs - clock.nowMs();
    if (this.#failed.size > 0 && waitMs > 0 && waitMs <= RETRY.maxMs) {
      effects.wakeAt(this.#retryAtMs);
      return;
    }
    if (this.#due.size + this.#inFlight.size === 0) {
      this.#due = this.#failed.size > 0 ? this.#failed : new Set(this.#store.followers());
      this.#failed = new Set();
    }
    effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }

  #finish(): void {
    if (this.#due.size + this.#inFlight.size > 0) return;
    const { clock, effects, random } = this.#mailbox;
    const told = this.#store.told();
    if (this.#failed.size > 0) {
      this.#failures += 1;
      this.#retryAtMs = clock.nowMs() + backoffMs(RETRY, this.#failures, random());
      effects.wakeAt(this.#retryAtMs);
    } else if (!this.#store.hasFollowers()) {
      this.#store.forget();
    } else if (told?.isPending) {
      this.#store.put({ ...told, isPending: false });
    }
  }

  #lose(userId: UserId): void {
    this.#store.removeFollower(userId);
    this.#due.delete(userId);
    this.#failed.delete(userId);
  }

  /** Times as versions: they grow also when what was told before is forgotten. */
  #now(told?: Told): Omit<Told, "isPending"> {
    const { desk, clock } = this.#mailbox;
    const version = Math.max(clock.nowMs(), (told?.version ?? 0) + 1);
    return { isOnline: desk.connections().length > 0, version };
  }

  #news(): PresenceNews {
    const { clock, me } = this.#mailbox;
    const { isOnline, version } = this.#store.told() ?? this.#now();
    const lastSeenAt = isOnline ? clock.nowMs() : this.#devices.lastSeenAt();
    return { version, presence: { userId: me, online: isOnline, lastSeenAt } };
  }
}
