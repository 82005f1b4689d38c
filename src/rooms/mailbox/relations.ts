import type { Errand } from "../../kernel/courier-store.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { RelationState } from "../../protocol/frames/friend.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../../protocol/limits.ts";
import type {
  MailboxCall,
  RelateCall,
  RelateResult,
  StanceCall,
  StanceResult,
} from "../../protocol/rpc/mailbox-call.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { end, refuse, stateOf, wish } from "../../protocol/rpc/stance.ts";
import type { FrameOf } from "../../protocol/up.ts";
import { Confirmations, type Place } from "./confirmations.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { type Edit, RelationBook, shown } from "./relation-book.ts";
import { isOpen, RelationChanges } from "./relation-changes.ts";
import { type RelationRow, RelationsStore } from "./relations-store.ts";

const SESSION: readonly Place[] = ["relation.session"];
const BOTH: readonly Place[] = ["relation.session", "relation.other"];

/**
 * Friends, requests and blocks. This room alone writes what its user wants; the courier brings it to the other user's
 * mailbox and to their single chat, and a request is answered when it is known there (M91).
 */
export class Relations implements MailboxFeature {
  readonly name = "relations";
  readonly #mailbox: Mailbox;
  readonly #book: RelationBook;
  readonly #changes: RelationChanges;
  readonly #confirmations: Confirmations;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#book = new RelationBook(new RelationsStore(mailbox.sql), mailbox.clock);
    this.#changes = new RelationChanges(mailbox, this.#book);
    this.#confirmations = new Confirmations(mailbox.desk);
    for (const place of BOTH) {
      mailbox.courier.on(place, {
        answered: (errand, outcome) => this.#heard(place, aboutWhom(errand), outcome),
        delayed: (errand) =>
          this.#confirmations.refuse(aboutWhom(errand), place, failed(new ParleyError("UNAVAILABLE"))),
      });
    }
  }

  readonly requests = {
    "friend.add": (owed: Owed, frame: FrameOf<"friend.add">) => {
      const { userId, greeting = "" } = frame;
      const direct = this.#mailbox.policy.friendship === "direct";
      this.#change(owed, userId, (row, version) =>
        befriended(remarked(row, frame.remark), { version, direct, greeting }),
      );
      this.#answer(owed, userId, BOTH);
    },
    "friend.answer": (owed: Owed, { userId, accept, remark }: FrameOf<"friend.answer">) => {
      this.#change(owed, userId, (row, version) => answered(accept ? remarked(row, remark) : row, accept, version));
      this.#answer(owed, userId, BOTH);
    },
    "friend.remove": (owed: Owed, { userId }: FrameOf<"friend.remove">) => {
      this.#change(owed, userId, ended);
      this.#done(owed, userId, SESSION);
    },
    "friend.remark": (owed: Owed, { userId, remark }: FrameOf<"friend.remark">) => {
      this.#change(owed, userId, (row) => remarked(row, remark));
      this.#done(owed, userId, []);
    },
    "friend.sync": (owed: Owed, { since, limit }: FrameOf<"friend.sync">) => {
      this.#mailbox.desk.answer(owed, { ok: true, value: this.#book.page(since, limit ?? MAX_PAGE_LIMIT) });
    },
    "block.add": (owed: Owed, { userId }: FrameOf<"block.add">) => this.#block(owed, userId, true),
    "block.remove": (owed: Owed, { userId }: FrameOf<"block.remove">) => this.#block(owed, userId, false),
    "block.list": (owed: Owed) => {
      this.#mailbox.desk.answer(owed, { ok: true, value: { userIds: this.#book.blocked() } });
    },
  };

  readonly calls = {
    stance: (call: StanceCall): StanceResult => {
      const { mine, blocked } = this.#learn(call.from, call);
      const { wants, version } = call.stance;
      // Only of a wish that ended here, and is what they said last: whoever is blocked learns of it when they ask for something.
      return { stance: mine, blocked: blocked && wants === version && wants <= mine.voids };
    },
    relate: (call: RelateCall): RelateResult => this.#relate(call),
    relations: ({ since, limit }: MailboxCall & { type: "relations" }) =>
      this.#book.page(since, limit ?? MAX_PAGE_LIMIT),
  };

  abandon(): void {
    this.#confirmations.abandon();
  }

  /** How the user stands with another. */
  standing(userId: UserId): { state: RelationState; blocked: boolean } {
    const { mine, theirs, blocked } = this.#book.find(userId);
    return { state: stateOf(mine, theirs), blocked };
  }

  /** What the user calls another; empty unless they said it. */
  remarkOf(userId: UserId): string {
    return this.#book.find(userId).remark;
  }

  /** A friend whom the user does not block. */
  isOpenTo(userId: UserId): boolean {
    return isOpen(this.#book.find(userId));
  }

  /** `listener` hears whenever that is no longer so. */
  whenEnded(listener: (userId: UserId) => void): void {
    this.#changes.whenEnded(listener);
  }

  /** The others are told as ever. What they want of the user is theirs, and stays. */
  erase(): void {
    for (const userId of this.#book.users()) this.#changes.edit(userId, forgotten);
  }

  #change(owed: Owed, userId: UserId, edit: Edit): void {
    this.#requireOther(userId);
    this.#changes.edit(userId, edit, owed.connection);
  }

  #block(owed: Owed, userId: UserId, blocked: boolean): void {
    this.#change(owed, userId, (row, version) =>
      row.blocked === blocked ? row : { ...row, blocked, mine: { ...row.mine, version } },
    );
    this.#done(owed, userId, SESSION);
  }

  #relate({ op, userId, remark }: RelateCall): RelateResult {
    this.#requireOther(userId);
    const row = this.#changes.edit(userId, (old, version) =>
      op === "remove"
        ? ended(old, version)
        : befriended(remarked(old, remark), { version, direct: true, greeting: "" }),
    );
    return { relation: shown(row), toSession: this.#changes.toSession(row), toOther: this.#changes.toOther(row) };
  }

  /** The newest of what the other wants. A wish of somebody who is blocked, and was not asked, ends here (M90). */
  #learn(userId: UserId, { stance, greeting = "" }: Pick<StanceCall, "stance" | "greeting">): RelationRow {
    return this.#changes.edit(userId, (row, version) => {
      if (stance.version <= row.theirs.version) return row;
      const next = { ...row, theirs: stance };
      const isWish = stance.wants > row.theirs.wants && stance.wants > row.mine.voids;
      if (row.blocked && isWish && row.mine.wants <= stance.voids)
        return { ...next, mine: refuse(row.mine, stance, version) };
      return isWish && greeting !== "" ? { ...next, greeting } : next;
    });
  }

  /** What was said about a user was heard somewhere. If more was said since, that has to be heard, too. */
  #heard(place: Place, userId: UserId, outcome: Outcome): void {
    // SAFETY: what mailboxes answer to a stance
    const reply = place === "relation.other" && outcome.ok ? (outcome.value as StanceResult) : undefined;
    if (reply !== undefined) this.#learn(userId, reply);
    if (this.#changes.unheard(userId, [place]).length > 0) return;
    if (reply?.blocked) this.#confirmations.refuse(userId, place, failed(new ParleyError("BLOCKED")));
    else if (outcome.ok) this.#confirmations.confirm(userId, place);
    else this.#confirmations.refuse(userId, place, outcome);
  }

  #answer(owed: Owed, userId: UserId, places: readonly Place[]): void {
    const answer = (): Outcome => ({ ok: true, value: shown(this.#book.find(userId)) });
    this.#confirmations.wait(userId, this.#changes.unheard(userId, places), { owed, answer });
  }

  #done(owed: Owed, userId: UserId, places: readonly Place[]): void {
    const answer = (): Outcome => ({ ok: true, value: {} });
    this.#confirmations.wait(userId, this.#changes.unheard(userId, places), { owed, answer });
  }

  #requireOther(userId: UserId): void {
    if (userId === this.#mailbox.me) throw new ParleyError("BAD_PARAMETER", "userId: oneself");
  }
}

function aboutWhom({ key }: Errand): UserId {
  return key as UserId; // SAFETY: the key of a relation's errand is the user that it is about
}

function remarked(row: RelationRow, remark: string | undefined): RelationRow {
  return remark === undefined || remark === row.remark ? row : { ...row, remark };
}

/** Asking a friend again, or asking twice, changes nothing. */
function befriended(row: RelationRow, asked: { version: number; direct: boolean; greeting: string }): RelationRow {
  const { version, direct, greeting } = asked;
  const state = stateOf(row.mine, row.theirs);
  if (state === "friend" || (state === "requested" && !direct)) return row;
  return { ...row, mine: wish(row.mine, version, direct), greeting: greeting === "" ? row.greeting : greeting };
}

/** The same answer again is no fault: the first one's acknowledgement may have been lost. */
function answered(row: RelationRow, accept: boolean, version: number): RelationRow {
  const { mine, theirs } = row;
  const state = stateOf(mine, theirs);
  if (state === "incoming")
    return { ...row, mine: accept ? wish(mine, version, false) : refuse(mine, theirs, version) };
  const isRepeated = accept ? state === "friend" : state === "none" && theirs.wants > 0;
  if (!isRepeated) throw new ParleyError("NO_SUCH_REQUEST");
  return row;
}

/** As if the user had never wanted anything of the other. */
function forgotten(row: RelationRow, version: number): RelationRow {
  const { mine } = ended(row, version);
  const { blocked, remark, greeting } = row;
  if (mine === row.mine && !blocked && remark === "" && greeting === "") return row;
  return { ...row, mine: blocked ? { ...mine, version } : mine, blocked: false, remark: "", greeting: "" };
}

function ended(row: RelationRow, version: number): RelationRow {
  const { mine, theirs } = row;
  if (stateOf(mine, theirs) === "none") return row;
  return { ...row, mine: end(mine, theirs, version) };
}
