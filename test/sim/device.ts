import { emptied } from "../../src/protocol/amend.ts";
import type { AckFrame, DownFrame, EntryFrame } from "../../src/protocol/down.ts";
import type { HotSession, SessionAttributes } from "../../src/protocol/entry.ts";
import type { MsgReadResult, MsgSendResult } from "../../src/protocol/frames/message.ts";
import type { SyncSessionsResult } from "../../src/protocol/frames/sync.ts";
import { advanceHotSession } from "../../src/protocol/hot-session.ts";
import type { DeviceType, UserId } from "../../src/protocol/ids.ts";
import type { UpFrame } from "../../src/protocol/up.ts";
import { freshPack } from "./mailboxes.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { World } from "./world.ts";

/** What the server told about unread, and the newest entry that was known when it did. */
export interface Told {
  readonly sessionId: string;
  readonly readSeqId: number;
  readonly lastSeqId: number;
  readonly unread: number;
}

/** One socket's life: what was asked and answered on it. */
interface Life {
  readonly connection: SimConnection;
  readonly requests: UpFrame[];
  isLive: boolean;
}

const PAGE = 1;

/** A client that keeps the protocol: it syncs from its version and follows the entries; whatever breaks a promise throws. */
export class Device {
  readonly userId: UserId;
  readonly lives: Life[] = [];
  /** What this device computes between syncs. */
  readonly sessions = new Map<string, HotSession>();
  readonly told: Told[] = [];
  readonly received: EntryFrame[] = [];
  readonly #world: World;
  readonly #type: DeviceType;
  #version = 0;
  #wantsPage = false;

  constructor(world: World, userId: UserId, type: DeviceType) {
    this.#world = world;
    this.userId = userId;
    this.#type = type;
  }

  get life(): Life | undefined {
    const life = this.lives.at(-1);
    return life?.connection.isOpen === true ? life : undefined;
  }

  connect(): void {
    if (this.life !== undefined) this.disconnect();
    const connection = this.#world.connect(this.userId, { deviceType: this.#type });
    const life: Life = { connection, requests: [], isLive: false };
    this.lives.push(life);
    connection.onFrame = (frame) => this.#on(life, frame);
    this.#wantsPage = true;
  }

  disconnect(): void {
    if (this.life !== undefined) this.#world.disconnect(this.life.connection);
  }

  request(frame: UpFrame): void {
    const { life } = this;
    if (life === undefined) return;
    life.requests.push(frame);
    this.#world.send(life.connection, frame);
  }

  /** Asks for the next page of a sync, if it is due. Returns whether it was. */
  pump(): boolean {
    if (!this.#wantsPage || this.life === undefined) return false;
    this.#wantsPage = false;
    this.request({ type: "sync.sessions", packId: freshPack(), since: this.#version, limit: PAGE });
    return true;
  }

  #on(life: Life, frame: DownFrame): void {
    if (frame.type === "entry") this.#entries(life, frame);
    if (frame.type === "session") this.#readState(frame.session);
    if (frame.type === "hidden") this.#hidden(frame.sessionId, frame.seqIds);
    if (frame.type === "ack") this.#ack(life, frame);
  }

  #ack(life: Life, ack: AckFrame): void {
    const request = life.requests.find(({ packId }) => packId === ack.packId);
    if (request === undefined) throw new Error(`an answer to nothing: ${ack.packId}`);
    if (request.type === "sync.sessions" && ack.code !== 0) this.#wantsPage = true;
    if (ack.code !== 0) return;
    if (life.isLive) this.#changed(request, ack);
    if (request.type === "sync.sessions") this.#page(life, ack.data as SyncSessionsResult); // SAFETY: the result of its request
  }

  /** What this device changed of its session list; the others are told. */
  #changed(request: UpFrame, ack: AckFrame): void {
    if (request.type === "msg.readAll") {
      for (const hot of this.sessions.values()) this.#readState(readToItsEnd(hot));
    }
    if (!("sessionId" in request) || request.sessionId === undefined) return;
    const hot = this.sessions.get(request.sessionId);
    if (hot === undefined) return;
    const { marked: _, ...unmarked } = hot;
    const state = ack.data as MsgReadResult; // SAFETY: the result of its request, where it is used
    if (request.type === "msg.read") this.#readState({ ...unmarked, ...state });
    if (request.type === "msg.hide")
      this.#readState(withoutHidden({ ...unmarked, ...state }, request.seqIds, this.userId));
    if (request.type === "msg.markUnread") this.#readState({ ...hot, marked: true });
    if (request.type === "session.hide") this.#readState({ ...readToItsEnd(hot), hidden: true });
    if (request.type !== "session.attr") return;
    const { attributes: __, ...plain } = hot;
    const attributes = ack.data as SessionAttributes; // SAFETY: the result of its request
    this.#readState(Object.keys(attributes).length === 0 ? plain : { ...plain, attributes });
  }

  #page(life: Life, { sessions, version, more }: SyncSessionsResult): void {
    for (const hot of sessions) {
      const known = this.sessions.get(hot.sessionId);
      if (known !== undefined && hot.lastSeqId < known.lastSeqId) throw new Error("a sync went back");
      this.sessions.set(hot.sessionId, hot);
      this.told.push(hot);
    }
    this.#version = version;
    this.#wantsPage = more;
    if (!more) life.isLive = true;
  }

  #entries(life: Life, frame: EntryFrame): void {
    const { sessionId, entries } = frame;
    const [first, ...rest] = entries;
    if (first === undefined || !life.isLive) throw new Error("entries before the sync ended");
    const known = this.sessions.get(sessionId);
    const isJoin = first.kind === "notice" && "users" in first.notice && first.notice.users.includes(this.userId);
    const follows = known === undefined ? first.seqId === 1 : first.seqId === known.lastSeqId + 1;
    const passes = isJoin && first.seqId > (known?.lastSeqId ?? 0);
    if (!follows && !passes) throw new Error(`${this.userId} knew ${known?.lastSeqId} and got ${first.seqId}`);
    for (const [n, { seqId }] of rest.entries()) {
      if (seqId !== first.seqId + n + 1) throw new Error("a hole within a frame");
    }
    this.received.push(frame);
    this.sessions.set(sessionId, advanceHotSession(known, { sessionId, entries: [first, ...rest] }, this.userId));
  }

  #hidden(sessionId: string, seqIds: readonly number[]): void {
    const hot = this.sessions.get(sessionId);
    if (hot !== undefined) this.sessions.set(sessionId, withoutHidden(hot, seqIds, this.userId));
  }

  /** The read state moves alone: what it says of the newest entry is what this device knows already. */
  #readState(hot: HotSession): void {
    const known = this.sessions.get(hot.sessionId);
    if (known?.lastSeqId !== hot.lastSeqId) throw new Error("a read state of entries that were not sent");
    if (hot.readSeqId < known.readSeqId) throw new Error("a read cursor went back");
    this.sessions.set(hot.sessionId, hot);
    this.told.push(hot);
  }

  /** Messages that were acknowledged, with what the server said. */
  acknowledged(): { readonly packId: string; readonly result: MsgSendResult }[] {
    return this.lives.flatMap(({ connection, requests }) =>
      connection.acks().flatMap(({ packId, code, data }) => {
        const isSend = requests.find((request) => request.packId === packId)?.type === "msg.send";
        return isSend && code === 0 ? { packId, result: data as MsgSendResult } : []; // SAFETY: the result of its request
      }),
    );
  }
}

function readToItsEnd({ marked: _, ...hot }: HotSession): HotSession {
  return { ...hot, readSeqId: hot.lastSeqId, unread: 0, mentions: 0 };
}

/** The newest message shows nothing when it is among those that the user deleted for themself. */
function withoutHidden(hot: HotSession, seqIds: readonly number[], me: UserId): HotSession {
  const { last } = hot;
  if (last.kind !== "message" || last.gone !== undefined || !seqIds.includes(last.seqId)) return hot;
  return { ...hot, last: emptied(last, { as: "hidden", by: me, at: last.timestamp }) };
}
