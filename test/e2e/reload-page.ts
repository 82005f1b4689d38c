/** Bundled for a browser: one life of a page, with what the server told it and what it had before that. */
import { defaultEnvironment } from "../../src/client/defaults.ts";
import { IndexedDbStore, ParleyClient } from "../../src/client/index.ts";
import type { DownFrame } from "../../src/protocol/down.ts";

export interface Run {
  readonly atOnce: { readonly sessions: number; readonly entries: number };
  /** Of the chat. */
  readonly handedOut: readonly number[];
  readonly received: { rows: number; priority: number; entries: number };
  readonly unread: number;
}

interface Options {
  readonly url: string;
  readonly token: string;
  readonly userId: string;
  readonly chat: string;
  /** The page goes when so many entries of all sessions were handed out. */
  readonly awaits: number;
}

declare global {
  var runClient: (options: Options) => Promise<Run>;
}

/** Entries and rows as they are in what the server sends, whatever the client makes of them. */
function count(text: string, received: Run["received"]): void {
  if (text === "pong") return;
  const value = JSON.parse(text) as DownFrame | DownFrame[]; // SAFETY: from the server
  for (const frame of Array.isArray(value) ? value : [value]) {
    if (frame.type === "entry") received.entries += frame.entries.length;
    if (frame.type === "session") received.rows += 1;
    if (frame.type !== "ack" || frame.data === undefined) continue;
    if ("sessions" in frame.data && "version" in frame.data) received.rows += frame.data.sessions.length;
    if ("items" in frame.data) received.priority += frame.data.items.length;
    if ("entries" in frame.data) received.entries += frame.data.entries.length;
  }
}

globalThis.runClient = async ({ url, token, userId, chat, awaits }) => {
  const received = { rows: 0, priority: 0, entries: 0 };
  const handedOut: number[] = [];
  const store = new IndexedDbStore(userId);
  const options = { url, token, deviceId: "page", deviceType: "web", store, receipts: false } as const;
  const client = new ParleyClient(options, {
    ...defaultEnvironment,
    openSocket: (address, protocols, handlers) => {
      const text = (message: string) => {
        count(message, received);
        handlers.text(message);
      };
      return defaultEnvironment.openSocket(address, protocols, { ...handlers, text });
    },
  });
  let all = 0;
  const arrived = awaits === 0 ? undefined : client.once("entry", () => all + 1 === awaits);
  client.on("entry", ({ sessionId, entry }) => {
    all += 1;
    if (sessionId === chat) handedOut.push(entry.seqId);
  });
  const entries = (await client.cached(chat)).length;
  const atOnce = { sessions: client.sessions().length, entries };
  client.connect();
  await client.ready();
  await arrived;
  const unread = client.unreadTotal();
  await client.close();
  return { atOnce, handedOut, received, unread };
};
