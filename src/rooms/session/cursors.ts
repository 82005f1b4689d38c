import type { z } from "zod";
import { ParleyError } from "../../protocol/errors.ts";
import type { Cursor, MsgCursorsResult, MsgReaders, MsgReadersResult } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { Access } from "./access.ts";
import type { CursorStore } from "./cursor-store.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { ImportBook } from "./import-book.ts";
import type { Log } from "./log.ts";
import type { Signals } from "./signals.ts";

/** As many entries at most are left to look through when somebody asks. */
const FOLD_AFTER_ENTRIES = 1_024;

interface CursorPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly signals: Signals;
  readonly store: CursorStore;
  readonly imports: ImportBook;
}

/** How far each member has received and read the session, as the mailboxes report it and as the log shows. */
export class Cursors implements SessionFeature {
  readonly #ports: CursorPorts;

  constructor(ports: CursorPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "msg.cursors": (by: UserId) => this.#list(by),
    "msg.readers": (by: UserId, { seqId }: z.infer<typeof MsgReaders>) => this.#readers(by, seqId),
  };

  readonly calls: SessionCalls = { cursors: (cursor) => this.#report(cursor) };

  /** A mailbox tells where its user is. May be repeated, and come late. */
  #report({ userId, readSeqId, receivedSeqId }: Cursor): null {
    const { access, log, store } = this.#ports;
    access.requireMember(userId);
    const old = store.find(userId) ?? { readSeqId: 0, receivedSeqId: 0 };
    const read = Math.max(old.readSeqId, Math.min(readSeqId, log.headSeqId));
    const received = Math.max(old.receivedSeqId, read, Math.min(receivedSeqId, log.headSeqId));
    if (read === old.readSeqId && received === old.receivedSeqId) return null;
    const cursor = { userId, readSeqId: read, receivedSeqId: received };
    store.put(cursor);
    this.#tell(cursor);
    return null;
  }

  alarm(): void {
    if (this.#ports.log.headSeqId - this.#ports.store.folded() >= FOLD_AFTER_ENTRIES) this.fold();
  }

  /** Keeps what the log alone says. Must run before entries are taken out of the log. */
  fold(): void {
    const { log, store } = this.#ports;
    const folded = store.folded();
    if (log.headSeqId > folded) store.fold(folded, log.headSeqId);
  }

  /** Only in single chats: in a group of n, n readers would be told to n members. */
  #tell(cursor: Cursor): void {
    const { access, signals, sessionId } = this.#ports;
    if (access.isGroup) return;
    const others = access.members().filter((userId) => userId !== cursor.userId);
    signals.send(others, { type: "receipt", sessionId, ...cursor });
  }

  #list(by: UserId): z.infer<typeof MsgCursorsResult> {
    const { access } = this.#ports;
    access.requireMember(by);
    const cursors = this.#current();
    return { cursors: access.joined().map((member) => cursors(member)) };
  }

  #readers(by: UserId, seqId: number): z.infer<typeof MsgReadersResult> {
    const { access, log } = this.#ports;
    access.requireMember(by);
    const message = log.entry(seqId);
    if (message?.kind !== "message") throw new ParleyError("NO_SUCH_MESSAGE");
    const others = access.joined().filter(({ userId, joinedSeqId }) => userId !== message.from && joinedSeqId <= seqId);
    const cursors = this.#current();
    const users = others.filter((member) => cursors(member).readSeqId >= seqId).map(({ userId }) => userId);
    return { count: users.length, of: others.length, users };
  }

  /** What was before a member's join is not theirs to read, and what was imported is not new to anybody. */
  #current(): (member: { userId: UserId; joinedSeqId: number }) => Cursor {
    this.fold();
    const { imports } = this.#ports;
    const stored = new Map(this.#ports.store.all().map((cursor) => [cursor.userId, cursor]));
    return ({ userId, joinedSeqId }) => {
      const { readSeqId = 0, receivedSeqId = 0 } = stored.get(userId) ?? {};
      const begin = Math.max(joinedSeqId - 1, imports.seqId);
      return { userId, readSeqId: Math.max(readSeqId, begin), receivedSeqId: Math.max(receivedSeqId, begin) };
    };
  }
}
