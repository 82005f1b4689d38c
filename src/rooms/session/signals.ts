import type { CallTag, Effects } from "../../kernel/effects.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import type { PassingFrame } from "../../protocol/down.ts";
import type { AppId, UserId } from "../../protocol/ids.ts";

/** Tag of a call whose reply nobody waits for. */
export const UNHEARD = { kind: "unheard" } as const;

/** What is told to devices that are online now and to nobody later: not stored, not retried, no seqId. */
export class Signals {
  readonly #app: AppId;
  readonly #effects: Effects;

  constructor(app: AppId, effects: Effects) {
    this.#app = app;
    this.#effects = effects;
  }

  send(users: readonly UserId[], frame: PassingFrame, tag: CallTag = UNHEARD): void {
    for (const userId of users) this.#effects.call(mailboxRoom(this.#app, userId), { type: "signal", frame }, tag);
  }
}
