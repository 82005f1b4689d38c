import type { z } from "zod";
import { matches } from "../../kernel/etag.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AttrGet, AttrSet, Profile, UserGet, UserUpdate } from "../../protocol/frames/user.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_USER_ATTRIBUTES } from "../../protocol/limits.ts";
import type { Operator } from "../../protocol/rpc/operator.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxCalls, MailboxFeature, MailboxTag } from "./feature.ts";
import { UserStore } from "./user-store.ts";

type Patch = z.infer<typeof UserUpdate>["profile"];

/** A `user.get` that waits for other mailboxes. */
interface Gathering {
  readonly owed: Owed;
  readonly userIds: readonly UserId[];
  readonly found: Map<UserId, Profile>;
}

interface ProfileTag extends MailboxTag {
  readonly userId: UserId;
  readonly gathering: Gathering;
}

/** Profiles, the own one and others', and what the user notes about others. */
export class Users implements MailboxFeature {
  readonly name = "users";
  readonly #mailbox: Mailbox;
  readonly #store: UserStore;
  readonly #gatherings = new Set<Gathering>();

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new UserStore(mailbox.sql);
  }

  readonly requests = {
    "user.get": (owed: Owed, { userIds }: z.infer<typeof UserGet>) => this.#gather(owed, userIds),
    "user.update": (owed: Owed, { profile, ifMatch }: z.infer<typeof UserUpdate>) => {
      if (!matches(ifMatch, this.#seenBy({ kind: "server" }))) throw new ParleyError("PRECONDITION_FAILED");
      const { desk, effects } = this.#mailbox;
      desk.answer(owed, { ok: true, value: this.#update(profile) });
      effects.send(desk.othersThan(owed.connection), { type: "sync.command", what: "profile" });
    },
    "attr.set": (owed: Owed, frame: z.infer<typeof AttrSet>) => {
      this.#note(frame);
      this.#mailbox.desk.answer(owed, { ok: true, value: {} });
    },
    "attr.get": (owed: Owed, { userId }: z.infer<typeof AttrGet>) => {
      const attributes = this.#store.attributes(userId);
      this.#mailbox.desk.answer(owed, { ok: true, value: { attributes } });
    },
  };

  readonly calls: MailboxCalls = { profile: ({ by }) => this.#seenBy(by) };

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { userId, gathering } = tag as ProfileTag; // SAFETY: this feature makes no other tags
    // A request of an earlier instance was answered when that was dropped.
    if (!this.#gatherings.has(gathering)) return;
    if (outcome.ok) {
      gathering.found.set(userId, outcome.value as Profile); // SAFETY: what `profile` answers with
      this.#finish(gathering);
    } else {
      this.#end(gathering, outcome);
    }
  }

  abandon(): void {
    for (const gathering of this.#gatherings) this.#end(gathering, failed(new ParleyError("UNAVAILABLE")));
  }

  #gather(owed: Owed, userIds: readonly UserId[]): void {
    const { app, me, effects } = this.#mailbox;
    const gathering: Gathering = { owed, userIds, found: new Map() };
    this.#gatherings.add(gathering);
    for (const userId of new Set(userIds)) {
      const tag: ProfileTag = { feature: this.name, userId, gathering };
      if (userId === me) gathering.found.set(me, this.#seenBy({ kind: "user", userId: me }));
      else effects.call(mailboxRoom(app, userId), { type: "profile", by: { kind: "user", userId: me } }, tag);
    }
    this.#finish(gathering);
  }

  #finish(gathering: Gathering): void {
    const { userIds, found } = gathering;
    if (found.size < new Set(userIds).size) return;
    this.#end(gathering, { ok: true, value: { users: userIds.flatMap((userId) => found.get(userId) ?? []) } });
  }

  #end(gathering: Gathering, outcome: Outcome): void {
    this.#gatherings.delete(gathering);
    this.#mailbox.desk.answer(gathering.owed, outcome);
  }

  /** Mobile and birthday are for the user and for the app's servers. */
  #seenBy(by: Operator): Profile {
    const { me } = this.#mailbox;
    const { mobile, birthday, ...open } = this.#store.profile();
    if (by.kind === "user" && by.userId !== me) return { userId: me, ...open };
    const own = { ...(mobile !== undefined && { mobile }), ...(birthday !== undefined && { birthday }) };
    return { userId: me, ...open, ...own };
  }

  #update(patch: Patch): Profile {
    const given = Object.entries(patch).filter(([, value]) => value !== undefined);
    const whole = { ...this.#store.profile(), ...Object.fromEntries(given), updatedAt: this.#mailbox.clock.nowMs() };
    const kept = Object.entries(whole).filter(([, value]) => value !== null);
    this.#store.putProfile(Object.fromEntries(kept));
    return this.#seenBy({ kind: "server" });
  }

  #note({ userId, name, value }: z.infer<typeof AttrSet>): void {
    if (value === null) {
      this.#store.deleteAttribute(userId, name);
      return;
    }
    const known = this.#store.attributes(userId);
    if (!Object.hasOwn(known, name) && Object.keys(known).length >= MAX_USER_ATTRIBUTES)
      throw new ParleyError("LIMIT_REACHED", "attributes of one user");
    this.#store.putAttribute(userId, name, value);
  }
}
