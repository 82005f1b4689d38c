import { DatabaseSync } from "node:sqlite";
import type { ServerWebSocket } from "bun";

/**
 * What one event loop can do with one durable row per message and one frame per flush: no rooms, no mailboxes, no
 * unread counts, no dedupe, no authentication, no validation. It speaks enough of the protocol for the driver.
 */

interface Peer {
  readonly user: string;
  /** JSON texts of the running turn, sent as one message after its commit. */
  held: string[];
}
type PeerSocket = ServerWebSocket<Peer>;

interface Session {
  seqId: number;
  readonly members: readonly string[];
  /** Entry texts of the running turn. */
  fresh: string[];
}

/** The frames that the driver sends. */
interface UpFrame {
  readonly type: "msg.send" | "group.create" | "sync.sessions";
  readonly packId: string;
  readonly sessionId: string;
  readonly contentType: number;
  readonly content: string;
  readonly userIds: readonly string[];
}

const db = new DatabaseSync(`${process.env.FLOOR_DATA}/floor.db`);
db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384");
db.exec(`CREATE TABLE entries (session TEXT NOT NULL, seq INTEGER NOT NULL, entry TEXT NOT NULL,
  PRIMARY KEY (session, seq)) WITHOUT ROWID`);
const begin = db.prepare("BEGIN IMMEDIATE");
const commit = db.prepare("COMMIT");
const insert = db.prepare("INSERT INTO entries (session, seq, entry) VALUES (?, ?, ?)");

const sockets = new Map<string, PeerSocket>();
const sessions = new Map<string, Session>();
let queue: { socket: PeerSocket; frame: UpFrame }[] = [];
let touched = new Set<PeerSocket>();

function hold(socket: PeerSocket, text: string): void {
  if (socket.data.held.push(text) === 1) touched.add(socket);
}

function acknowledge(socket: PeerSocket, packId: string, data: object): void {
  hold(socket, JSON.stringify({ type: "ack", packId, code: 0, data }));
}

function sessionOf(sessionId: string): Session {
  let session = sessions.get(sessionId);
  if (session === undefined) {
    session = { seqId: 0, members: sessionId.slice(3).split("_"), fresh: [] };
    sessions.set(sessionId, session);
  }
  return session;
}

function append(socket: PeerSocket, { packId, sessionId, contentType, content }: UpFrame, active: Set<string>): void {
  const session = sessionOf(sessionId);
  session.seqId += 1;
  const { seqId } = session;
  const timestamp = Date.now();
  const entry = { seqId, timestamp, from: socket.data.user, packId, kind: "message", contentType, content };
  const text = JSON.stringify(entry);
  insert.run(sessionId, seqId, text);
  session.fresh.push(text);
  active.add(sessionId);
  acknowledge(socket, packId, { sessionId, seqId, timestamp });
}

function handle(socket: PeerSocket, frame: UpFrame, active: Set<string>): void {
  if (frame.type === "msg.send") append(socket, frame, active);
  else if (frame.type === "sync.sessions") acknowledge(socket, frame.packId, { sessions: [], version: 0, more: false });
  else {
    const groupId = `GC_${frame.packId}`;
    sessions.set(groupId, { seqId: 0, members: [socket.data.user, ...frame.userIds], fresh: [] });
    acknowledge(socket, frame.packId, { groupId, seqId: 0 });
  }
}

function broadcast(sessionId: string): void {
  const session = sessionOf(sessionId);
  const text = `{"type":"entry","sessionId":"${sessionId}","entries":[${session.fresh.join(",")}]}`;
  session.fresh = [];
  for (const user of session.members) {
    const socket = sockets.get(user);
    if (socket !== undefined) hold(socket, text);
  }
}

/** Everything that the event loop delivered: one transaction, then one message per socket. */
function turn(): void {
  const events = queue;
  queue = [];
  const active = new Set<string>();
  begin.run();
  for (const { socket, frame } of events) handle(socket, frame, active);
  commit.run();
  for (const sessionId of active) broadcast(sessionId);
  const receivers = touched;
  touched = new Set();
  for (const socket of receivers) {
    const { held } = socket.data;
    socket.data.held = [];
    socket.sendText(held.length === 1 ? String(held[0]) : `[${held.join(",")}]`);
  }
}

function userIn(request: Request): string {
  const token = request.headers.get("Sec-WebSocket-Protocol")?.split("bearer.")[1] ?? "";
  return JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).sub;
}

const server = Bun.serve<Peer>({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, bun) {
    const headers = { "Sec-WebSocket-Protocol": "parley.v1.json" };
    const upgraded = bun.upgrade(request, { data: { user: userIn(request), held: [] }, headers });
    return new Response(null, { status: upgraded ? 200 : 400 });
  },
  websocket: {
    backpressureLimit: 64 * 1024 * 1024,
    open(socket) {
      sockets.set(socket.data.user, socket);
    },
    message(socket, message) {
      const value = JSON.parse(String(message)) as UpFrame | UpFrame[]; // SAFETY: the driver sends nothing else
      if (queue.length === 0) setImmediate(turn);
      for (const frame of Array.isArray(value) ? value : [value]) queue.push({ socket, frame });
    },
    close(socket) {
      sockets.delete(socket.data.user);
    },
  },
});
console.log(`floor listens on http://127.0.0.1:${server.port}`);
