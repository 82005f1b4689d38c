import type { SessionAttributes } from "../protocol/entry.ts";
import type { ResultOf } from "../protocol/results.ts";
import type { Request, Requests } from "./requests.ts";
import type { Sync } from "./sync.ts";
import type { Timelines } from "./timelines.ts";

/** What the user does with their list of conversations. */
export class SessionList {
  readonly #requests: Requests;
  readonly #timelines: Timelines;
  readonly #sync: Sync;

  constructor(requests: Requests, timelines: Timelines, sync: Sync) {
    this.#requests = requests;
    this.#timelines = timelines;
    this.#sync = sync;
  }

  /** Pins, mutes, keeps a draft or a text of the application: what is given changes, `null` takes it away. */
  attributes(sessionId: string, attributes: Request<"session.attr">["attributes"]): Promise<SessionAttributes> {
    return this.#requests.ask({ type: "session.attr", sessionId, attributes }, (now) =>
      this.#timelines.change(sessionId, (session) => ({ ...session, attributes: now })),
    );
  }

  /** Takes a session off the list until its next message or notice. Everything in it is read. */
  async hide(sessionId: string): Promise<void> {
    await this.#requests.ask({ type: "session.hide", sessionId }, () =>
      this.#timelines.change(sessionId, ({ marked: _, ...session }) => {
        const { lastSeqId: readSeqId } = session;
        return { ...session, readSeqId, unread: 0, mentions: 0, hidden: true };
      }),
    );
  }

  /** A mark that the next reading ends. */
  async markUnread(sessionId: string): Promise<void> {
    await this.#requests.ask({ type: "msg.markUnread", sessionId }, () =>
      this.#timelines.change(sessionId, (session) => ({ ...session, marked: true })),
    );
  }

  /** Everything in every session is read. Answers in how many something was unread. */
  async readAll(): Promise<number> {
    const { sessions } = await this.#requests.ask({ type: "msg.readAll" });
    // The rows as the server has them: what came meanwhile may be unread again.
    await this.#sync.refresh();
    return sessions;
  }

  /** A page of the list from the server, the most recently active first, without those that are hidden. */
  page(range: { before?: string; limit?: number } = {}): Promise<ResultOf<"session.list">> {
    return this.#requests.ask({ type: "session.list", ...range });
  }
}
