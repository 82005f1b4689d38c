import type { HotSession } from "../../protocol/entry.ts";
import { memberAfter } from "../../protocol/hot-session.ts";
import type { ImportedCall } from "../../protocol/rpc/import-call.ts";
import { isGroup } from "../../protocol/session-id.ts";
import type { Mailbox, MailboxCalls, MailboxFeature } from "./feature.ts";
import type { Memberships } from "./memberships.ts";

/** Sessions that were written elsewhere: they are in the list, and nothing in them is new to the user. */
export class Imported implements MailboxFeature {
  readonly name = "imported";
  readonly #mailbox: Mailbox;
  readonly #memberships: Memberships;

  constructor(mailbox: Mailbox, memberships: Memberships) {
    this.#mailbox = mailbox;
    this.#memberships = memberships;
  }

  readonly calls: MailboxCalls = {
    imported: (call): null => {
      const old = this.#mailbox.hotSessions.find(call.sessionId);
      if (old === undefined || old.lastSeqId < call.lastSeqId) this.#take(call, old);
      return null;
    },
  };

  #take({ sessionId, firstSeqId, lastSeqId, last }: ImportedCall, old: HotSession | undefined): void {
    const { hotSessions, me, effects, desk } = this.#mailbox;
    const member = memberAfter(last, me) ?? true;
    // Whoever joined again since begins anew there.
    const goesOn = old?.member === true && firstSeqId <= old.lastSeqId + 1;
    const { hidden, ...kept } = old ?? {};
    const stays = hidden && last.seqId === old?.last.seqId ? { hidden } : {};
    const read = { readSeqId: lastSeqId, unread: 0, mentions: 0 };
    const began = { firstSeqId: goesOn ? old.firstSeqId : firstSeqId };
    const session = hotSessions.adopt({ ...kept, ...stays, sessionId, ...began, lastSeqId, ...read, last, member });
    if (isGroup(sessionId)) this.#memberships.imported(sessionId, member);
    effects.send(desk.live(), { type: "session", session });
  }
}
