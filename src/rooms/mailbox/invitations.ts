import type { SyncCommandFrame } from "../../protocol/down.ts";
import { MAX_PAGE_LIMIT } from "../../protocol/limits.ts";
import type { InvitationCall } from "../../protocol/rpc/mailbox-call.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { type InvitationRow, InvitationStore } from "./invitation-store.ts";
import type { Relations } from "./relations.ts";

/** A call that is over may still come late for so long; then nothing has to be known of it any more. */
const KEEP_OVER_MS = 86_400_000;

/** The groups that ask the user to join, as the groups tell. */
export class Invitations implements MailboxFeature {
  readonly name = "invitations";
  readonly #mailbox: Mailbox;
  readonly #relations: Relations;
  readonly #store: InvitationStore;

  constructor(mailbox: Mailbox, relations: Relations) {
    this.#mailbox = mailbox;
    this.#relations = relations;
    this.#store = new InvitationStore(mailbox.sql);
  }

  readonly requests = {
    "group.invitations": (owed: Owed) => {
      const invitations = this.#store
        .open()
        .flatMap(({ groupId, invitation }) => (this.#isShown(invitation) ? { groupId, ...invitation } : []));
      this.#mailbox.desk.answer(owed, { ok: true, value: { invitations } });
    },
  };

  readonly calls = { invitation: (call: InvitationCall): null => this.#learn(call) };

  erase(): void {
    this.#store.endAll(this.#mailbox.clock.nowMs());
  }

  #learn({ groupId, version, invitation }: InvitationCall): null {
    const old = this.#store.find(groupId);
    if (version <= (old?.version ?? 0)) return null;
    const { clock, desk, effects } = this.#mailbox;
    const changedAt = clock.nowMs();
    this.#store.forgetOver(changedAt - KEEP_OVER_MS);
    this.#store.put({ groupId, version, invitation, changedAt });
    if (invitation !== undefined) this.#store.forgetBeyond(MAX_PAGE_LIMIT);
    if (!this.#isShown(old?.invitation) && !this.#isShown(invitation)) return null;
    const frame: SyncCommandFrame = { type: "sync.command", what: "group.invitations", id: groupId };
    effects.send(desk.live(), frame);
    return null;
  }

  #isShown(invitation: InvitationRow["invitation"]): invitation is NonNullable<InvitationRow["invitation"]> {
    return invitation !== undefined && !this.#relations.standing(invitation.by).blocked;
  }
}
