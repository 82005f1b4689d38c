import { numberOfPush, pushIdOf } from "../../protocol/push-id.ts";
import type { PushLogPage, PushRecord } from "../../protocol/rpc/push-call.ts";
import type { Mailbox } from "./feature.ts";
import type { Push, PushRow } from "./push-row.ts";
import { PushStore } from "./push-store.ts";

const LOG_KEPT_MS = 7 * 86_400_000;
/** What is too old is not shown; rows are cleared away a day's worth at a time. */
const PRUNE_LATE_MS = 86_400_000;
const MAX_PAGE = 200;

/** The pushes of the user: their rows, their jobs, and what became of them. */
export class PushBook {
  readonly #mailbox: Mailbox;
  readonly #store: PushStore;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new PushStore(mailbox.sql);
  }

  find(subject: string): PushRow | undefined {
    return this.#current(this.#store.find(subject));
  }

  byId(pushId: string): PushRow | undefined {
    const row = this.#current(this.#store.byNumber(numberOfPush(pushId)));
    return row === undefined || this.idOf(row) !== pushId ? undefined : row;
  }

  idOf({ number }: Pick<PushRow, "number">): string {
    return pushIdOf(this.#mailbox.app, this.#mailbox.me, number);
  }

  /** A new push, in the place of an older one of the subject. A job asks for it. */
  begin(subject: string, about: Push["about"], expiresAtMs: number): void {
    const number = Math.max(this.#mailbox.clock.nowMs(), this.#store.newestNumber() + 1);
    const earlier = showing(this.find(subject));
    const push: Push = { state: { kind: "waiting" }, about, settled: {}, ...(earlier !== undefined && { earlier }) };
    const row: PushRow = { subject, number, expiresAtMs, push };
    this.#store.put(row);
    this.enqueue(row);
    this.#mailbox.effects.wakeAt(expiresAtMs);
  }

  change(row: PushRow, changes: Partial<Push>): PushRow {
    const next = { ...row, push: { ...row.push, ...changes } };
    this.#store.put(next);
    return next;
  }

  /** Devices that show it are told to show it no longer; those that have not got it do not get it. */
  withdraw(row: PushRow, shown: number): void {
    const settled = showing(row);
    if (settled === undefined) this.end(row);
    else this.enqueue(this.change(row, { state: { kind: "withdrawing", shown }, settled }));
  }

  end({ subject }: PushRow): void {
    this.#store.remove(subject);
  }

  endAll(): void {
    this.#store.removeAll();
  }

  erase(): void {
    this.endAll();
    this.#store.deleteLog();
  }

  enqueue(row: PushRow): void {
    const { app, me, courier } = this.#mailbox;
    const pushId = this.idOf(row);
    const call = { type: "enqueue", jobs: [{ app, userId: me, pushId }] } as const;
    courier.post({ to: "@queue/push", kind: "push", key: pushId, call });
  }

  log(record: Omit<PushRecord, "id" | "at">): void {
    const at = this.#mailbox.clock.nowMs();
    this.#store.log({ at, ...record });
    this.#mailbox.effects.wakeAt(at + LOG_KEPT_MS + PRUNE_LATE_MS);
    const { event, ...data } = record;
    this.#mailbox.webhooks.tell("push", { type: `push.${event}`, data });
  }

  page(before = Number.MAX_SAFE_INTEGER, limit = MAX_PAGE): PushLogPage {
    const found = this.#store.logBefore(before, this.#mailbox.clock.nowMs() - LOG_KEPT_MS, limit + 1);
    return { records: found.slice(0, limit), more: found.length > limit };
  }

  alarm(): void {
    const { clock, effects } = this.#mailbox;
    const nowMs = clock.nowMs();
    const isOver = (dueMs: number | undefined) => dueMs !== undefined && dueMs <= nowMs;
    const due = this.#dueMs();
    if (due.some(isOver)) this.#store.prune(nowMs, nowMs - LOG_KEPT_MS);
    for (const atMs of this.#dueMs()) if (atMs !== undefined) effects.wakeAt(atMs);
  }

  #dueMs(): (number | undefined)[] {
    const { logged, expiring } = this.#store.oldestMs();
    return [logged === undefined ? undefined : logged + LOG_KEPT_MS + PRUNE_LATE_MS, expiring];
  }

  #current(row: PushRow | undefined): PushRow | undefined {
    return row === undefined || row.expiresAtMs <= this.#mailbox.clock.nowMs() ? undefined : row;
  }
}

/** The devices on which there is a push of the subject, this one or an earlier one. */
function showing(row: PushRow | undefined): Push["earlier"] {
  const all = Object.entries({ ...row?.push.earlier, ...row?.push.settled });
  const sent = all.filter(([, { isSent }]) => isSent);
  return sent.length === 0 ? undefined : Object.fromEntries(sent);
}
