import { audited } from "../../kernel/audited.ts";
import type { Connection } from "../../kernel/ports.ts";
import { isServerVisit } from "../../kernel/visit.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { Ban } from "../../protocol/rpc/mailbox-call.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { StandingStore } from "./standing-store.ts";

/** Whether the user may be here at all: not while the app is suspended, and not while they are banned. */
export class Standing implements MailboxFeature {
  readonly name = "standing";
  readonly #mailbox: Mailbox;
  readonly #store: StandingStore;
  /** As in the row; null: not read yet. */
  #ban: Ban | undefined | null = null;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new StandingStore(mailbox.sql);
  }

  readonly calls = {
    ban: ({ ban, by }: { ban: Ban | null; by: string }): Ban | null => {
      const change = this.#store.put(ban);
      this.#ban = ban ?? undefined;
      const { app, me, clock, courier, desk } = this.#mailbox;
      const [action, source] = [ban === null ? "user.unban" : "user.ban", `user/${me} ${change}`];
      audited(courier, app, { by, action, about: me, at: clock.nowMs(), source });
      for (const connection of desk.connections()) this.refuses(connection);
      return ban;
    },
    standing: (): Ban | null => this.#current() ?? null,
  };

  /** Then it is closed, and whatever it still sends finds it expired. */
  refuses(connection: Connection): boolean {
    const code = this.#reason(connection);
    if (code === undefined) return false;
    const reason = code === CLOSE.USER_BANNED ? "the user is banned" : "the app is suspended";
    this.#mailbox.desk.expel(connection, code, reason);
    return true;
  }

  /** With the sweep of the mailbox, while there are connections. */
  alarm(): void {
    if (this.#mailbox.settings().status === "active") return;
    for (const connection of this.#mailbox.desk.connections()) this.refuses(connection);
  }

  /** A server key may act in the name of a banned user. */
  #reason({ state }: Connection): number | undefined {
    if (this.#mailbox.settings().status === "suspended") return CLOSE.APP_SUSPENDED;
    return isServerVisit(state) || this.#current() === undefined ? undefined : CLOSE.USER_BANNED;
  }

  #current(): Ban | undefined {
    if (this.#ban === null) this.#ban = this.#store.ban();
    const until = this.#ban?.until;
    return until !== undefined && until <= this.#mailbox.clock.nowMs() ? undefined : this.#ban;
  }
}
