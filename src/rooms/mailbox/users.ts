import type { z } from "zod";
import { matches } from "../../kernel/etag.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AttrGet, AttrSet, Profile, UserGet, UserUpdate } from "../../protocol/frames/user.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_USER_ATTRIBUTES } from "../../protocol/limits.ts";
import type { Operator } from "../../protocol/rpc/operator.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxCalls, MailboxFeature, MailboxTag } from "./feature.ts";
import { Gatherings } from "./gatherings.ts";
import { UserStore } from "./user-store.ts";

type Patch = z.infer<typeof UserUpdate>["profile"];

/** Profiles, the own one and others', and what the user notes about others. */
export class Users implements MailboxFeature {
  readonly name = "users";
  readonly #mailbox: Mailbox;
  readonly #store: UserStore;
  readonly #gatherings: Gatherings<UserId, Profile>;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new UserStore(mailbox.sql);
    this.#gatherings = new Gatherings(this.name, mailbox);
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

  erase(): void {
    this.#store.deleteAll();
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    this.#gatherings.replied(tag, outcome, (value) => value as Profile); // SAFETY: what `profile` answers with
  }

  abandon(): void {
    this.#gatherings.abandon();
  }

  #gather(owed: Owed, userIds: readonly UserId[]): void {
    const by: Operator = { kind: "user", userId: this.#mailbox.me };
    const profileOf = (userId: UserId, found: ReadonlyMap<UserId, Profile>) =>
      userId === by.userId ? this.#seenBy(by) : (found.get(userId) ?? []);
    this.#gatherings.ask(owed, {
      keys: userIds.filter((userId) => userId !== by.userId),
      room: (userId) => mailboxRoom(this.#mailbox.app, userId),
      call: () => ({ type: "profile", by }),
      answer: (found) => ({ users: userIds.flatMap((userId) => profileOf(userId, found)) }),
    });
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
