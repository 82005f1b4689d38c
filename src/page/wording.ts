import {
  type Content,
  type ControlEntry,
  type Entry,
  type HotSession,
  MERGED_CONTENT_TYPE,
  type MessageEntry,
  type Notice,
  ParleyError,
  type Status,
  singleSessionId,
} from "../client/index.ts";

/** The name of a single chat is its other user. */
export function singleTitle(sessionId: string, me: string): string | undefined {
  if (!sessionId.startsWith("SC_")) return undefined;
  const users = sessionId.slice(3).replaceAll("~", "_");
  for (const other of [users.slice(me.length + 1), users.slice(0, -me.length - 1)]) {
    if (other !== "" && singleSessionId(me, other) === sessionId) return other === me ? `${me} (notes)` : other;
  }
  return sessionId;
}

const KINDS: Readonly<Record<number, string>> = { 2: "Image", 3: "Voice", 4: "Video", 5: "File", 6: "Location" };

/** Text, or what the content is. */
export function contentText(content: Content, contentType: number): string {
  if (typeof content === "string") return content;
  if ("text" in content && typeof content.text === "string") return content.text;
  const kind = KINDS[contentType];
  const what = ["name", "title", "url"].map((field) => content[field]).find((value) => typeof value === "string");
  if (kind !== undefined) return what === undefined ? kind : `${kind}: ${what}`;
  return contentType === MERGED_CONTENT_TYPE ? `Forwarded: ${what}` : JSON.stringify(content);
}

const GONE: Readonly<Record<NonNullable<MessageEntry["gone"]>["as"], string>> = {
  recalled: "This message was recalled",
  deleted: "This message was deleted",
  expired: "This message has expired",
  hidden: "You deleted this message",
};

export function goneText({ as }: NonNullable<MessageEntry["gone"]>): string {
  return GONE[as];
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

const DONE: Readonly<Record<Exclude<ControlEntry["control"]["op"], "purge">, string>> = {
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

function controlText({ from, control }: ControlEntry): string {
  if (control.op === "purge") return control.as === "expired" ? "Older messages have expired" : "Messages were deleted";
  return `${from} ${DONE[control.op]} message ${control.target}`;
}

/** One line for any entry. */
export function entryText(entry: Entry): string {
  if (entry.kind === "notice") return noticeText(entry.notice, entry.from);
  if (entry.kind === "control") return controlText(entry);
  return entry.gone === undefined ? contentText(entry.content, entry.contentType) : goneText(entry.gone);
}

export function previewText({ last }: HotSession): string {
  if (last.cut === true) return "(long message)";
  // The text of a stream comes to whoever looks at it.
  return last.kind === "message" && last.streaming === true ? "writing …" : entryText(last);
}

export function timeText(timestamp: number): string {
  return new Date(timestamp).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** The time of today, else the day. */
export function listTimeText(timestamp: number): string {
  const date = new Date(timestamp);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? timeText(timestamp) : date.toLocaleDateString([], { day: "numeric", month: "short" });
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

export function reasonOf(error: unknown): string {
  return error instanceof ParleyError ? error.message : String(error);
}
