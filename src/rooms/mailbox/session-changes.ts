import type { z } from "zod";
import type { HotSession, SessionAttributes } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgMarkUnread } from "../../protocol/frames/message.ts";
import type { SessionAttr, SessionHide } from "../../protocol/frames/session.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";

type Patch = z.infer<typeof SessionAttr>["attributes"];

/** What the user does to a row of the session list. Their other devices are told. */
export class SessionChanges implements MailboxFeature {
  readonly name = "sessionChanges";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  readonly requests = {
    "session.attr": (owed: Owed, frame: z.infer<typeof SessionAttr>) => {
      const hot = this.#require(frame.sessionId);
      const { attributes: old = {}, ...rest } = hot;
      const attributes = patched(old, frame.attributes);
      if (!areEqual(attributes, old)) {
        const hasSome = Object.keys(attributes).length > 0;
        this.#tell(owed, this.#mailbox.hotSessions.change(hasSome ? { ...rest, attributes } : rest));
      }
      this.#mailbox.desk.answer(owed, { ok: true, value: attributes });
    },
    "session.hide": (owed: Owed, { sessionId }: z.infer<typeof SessionHide>) => {
      const hot = this.#require(sessionId);
      const isDone = hot.hidden && hot.marked === undefined && hot.readSeqId === hot.lastSeqId;
      if (!isDone) this.#tell(owed, this.#mailbox.hotSessions.readToEnd({ ...hot, hidden: true }));
      this.#done(owed);
    },
    "msg.markUnread": (owed: Owed, { sessionId }: z.infer<typeof MsgMarkUnread>) => {
      const hot = this.#require(sessionId);
      if (hot.marked === undefined) this.#tell(owed, this.#mailbox.hotSessions.change({ ...hot, marked: true }));
      this.#done(owed);
    },
  };

  #require(sessionId: SessionId): HotSession {
    const hot = this.#mailbox.hotSessions.find(sessionId);
    if (hot === undefined) throw new ParleyError("NO_SUCH_MESSAGE");
    return hot;
  }

  #tell(owed: Owed, session: HotSession): void {
    const { effects, desk } = this.#mailbox;
    effects.send(desk.othersThan(owed.connection), { type: "session", session });
  }

  #done(owed: Owed): void {
    this.#mailbox.desk.answer(owed, { ok: true, value: {} });
  }
}

const NAMES = ["pinned", "mutedUntil", "draft", "custom"] as const;

/** What is given replaces, `null` removes, what is missing stays. */
function patched(old: SessionAttributes, patch: Patch): SessionAttributes {
  const values = NAMES.map(
    (name) => [name, patch[name] === undefined ? old[name] : (patch[name] ?? undefined)] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function areEqual(a: SessionAttributes, b: SessionAttributes): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}
