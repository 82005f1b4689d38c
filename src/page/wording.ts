import {
  type Content,
  type ControlEntry,
  type Entry,
  type HotSession,
  type Notice,
  type Status,
  singleSessionId,
} from "../client/index.ts";

/** The name of a single chat is its other user; of a group what its last known info says, else its id. */
export function titleOf(sessionId: string, me: string): string {
  if (!sessionId.startsWith("SC_")) return `Group ${sessionId.slice(-6)}`;
  const users = sessionId.slice(3).replaceAll("~", "_");
  for (const other of [users.slice(me.length + 1), users.slice(0, -me.length - 1)]) {
    if (other !== "" && singleSessionId(me, other) === sessionId) return other === me ? `${me} (notes)` : other;
  }
  return sessionId;
}

export function contentText(content: Content): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

export function noticeText(notice: Notice, from: string): string {
  switch (notice.event) {
    case "created":
      return `${from} created the group “${notice.info.name}”`;
    case "updated":
      return `${from} changed the group “${notice.info.name}”`;
    case "joined":
      return `${notice.users.join(", ")} joined`;
    case "quit":
      return `${from} left`;
    case "removed":
      return `${from} removed ${notice.users.join(", ")}`;
    case "transferred":
      return `${notice.users.join(", ")} owns the group now`;
    case "role":
      return `${notice.users.join(", ")} is now ${notice.role}`;
    case "dismissed":
      return `${from} dismissed the group`;
    case "muted":
      return `${from} ${notice.untilMs === 0 ? "lets speak" : "muted"} ${notice.users.join(", ")}`;
    case "mutedAll":
      return notice.untilMs === 0 ? "everybody may speak again" : `${from} muted the group`;
    case "banned":
      return `${from} banned ${notice.users.join(", ")}`;
    case "unbanned":
      return `${from} lifted the ban of ${notice.users.join(", ")}`;
    case "nickname":
      return `${notice.users.join(", ")} is called ${notice.nickname || "by their id"} now`;
  }
}

const DONE: Readonly<Record<ControlEntry["control"]["op"], string>> = {
  recall: "recalled",
  delete: "deleted",
  expire: "let expire",
  override: "edited",
  finish: "finished",
  react: "reacted to",
  unreact: "took back a reaction to",
  pin: "pinned",
  unpin: "unpinned",
};

/** One line for any entry. */
export function entryText(entry: Entry): string {
  if (entry.kind === "notice") return noticeText(entry.notice, entry.from);
  if (entry.kind === "control") return `${entry.from} ${DONE[entry.control.op]} message ${entry.control.target}`;
  return entry.gone === undefined ? contentText(entry.content) : `(${entry.gone.as})`;
}

export function previewText({ last }: HotSession): string {
  return last.cut === true ? "(long message)" : entryText(last);
}

export function timeText(entry: Entry): string {
  return new Date(entry.timestamp).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function statusText(status: Status): string {
  switch (status.state) {
    case "idle":
    case "connecting":
      return "connecting …";
    case "syncing":
      return "syncing …";
    case "online":
      return "online";
    case "waiting":
      return `offline, next try in ${Math.ceil(status.delayMs / 1000)} s`;
    case "closed":
      return `disconnected: ${status.reason || status.code}`;
  }
}
