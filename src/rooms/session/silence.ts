import type { Clock } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Roster } from "./roster.ts";
import type { SilenceStore } from "./silence-store.ts";
import type { MemberRow } from "./types.ts";

/** Who may not speak in the group, until when. It ends by itself: what is over is over by the clock. */
export class Silence {
  readonly #store: SilenceStore;
  readonly #roster: Roster;
  readonly #clock: Clock;
  readonly #until: Map<UserId, number>;

  constructor(store: SilenceStore, roster: Roster, clock: Clock) {
    this.#store = store;
    this.#roster = roster;
    this.#clock = clock;
    this.#until = roster.exists ? store.all() : new Map();
  }

  /** Throws `MUTED` with the time in ms since 1970 until which the member may not speak. Nobody silences the owner. */
  requireVoice(member: MemberRow): void {
    if (member.role === "owner") return;
    const allUntilMs = member.role === "member" ? this.allUntilMs() : 0;
    const untilMs = Math.max(allUntilMs, this.untilMs(member.userId));
    if (untilMs > 0) throw new ParleyError("MUTED", `until ${untilMs}`);
  }

  /** 0 when the user is not muted. */
  untilMs(userId: UserId): number {
    return this.effective(this.#until.get(userId) ?? 0);
  }

  allUntilMs(): number {
    return this.effective(this.#roster.require().mutedUntil);
  }

  /** A time that has passed is 0. */
  effective(untilMs: number): number {
    return untilMs > this.#clock.nowMs() ? untilMs : 0;
  }

  mute(userIds: readonly UserId[], untilMs: number): void {
    for (const userId of userIds) {
      this.#store.put(userId, untilMs);
      this.#until.set(userId, untilMs);
    }
    const nowMs = this.#clock.nowMs();
    this.#store.deleteEndedBy(nowMs);
    for (const [userId, endMs] of this.#until) if (endMs <= nowMs) this.#until.delete(userId);
  }
}
