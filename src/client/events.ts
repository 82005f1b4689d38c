import type { DownFrame } from "../protocol/down.ts";
import type { Entry, HotSession, MessageEntry } from "../protocol/entry.ts";
import type { Presence } from "../protocol/frames/device.ts";
import type { Status } from "./status.ts";

export interface SessionEntry {
  readonly sessionId: string;
  readonly entry: Entry;
}

/** What a frame of the server says. */
type Told<Type extends DownFrame["type"]> = Readonly<Omit<Extract<DownFrame, { type: Type }>, "type">>;

export interface ClientEvents {
  /**
   * Every entry of every session of the user, own ones included: per session in order, without holes, each once. Control
   * entries are entries, too.
   */
  entry: SessionEntry;
  /** A message that is cached here was changed: by a control entry, a chunk of a stream, or because it was hidden. */
  message: { readonly sessionId: string; readonly entry: MessageEntry };
  /** A row of the session list changed: a new entry, the read state, an attribute. At the start, each row that was kept. */
  session: HotSession;
  /** Entries in (after, upTo] of a session that the user is no longer a member of were missed and cannot be had. */
  gap: { readonly sessionId: string; readonly after: number; readonly upTo: number };
  /** A message that is not stored. */
  signal: Told<"signal">;
  /** Ends by itself when the other side says nothing more. */
  typing: Told<"typing">;
  /** How far the other user of a single chat has received and read it. */
  receipt: Told<"receipt">;
  /** A streamed message grew; the `message` event has its whole text. */
  chunk: Told<"chunk">;
  /** The user deleted messages for themself on another device. */
  hidden: Told<"hidden">;
  presence: Presence;
  /** Something changed that the application may have fetched: fetch it again. */
  syncCommand: Told<"sync.command">;
  /** An entry of a session that is followed with `monitors.start`. */
  observed: SessionEntry;
  /** After a login: a control entry or message of high priority that came while this device was away. */
  priority: SessionEntry;
  /** The store failed. The client goes on, and keeps nothing more. */
  storeError: { readonly error: unknown };
  status: Status;
}
