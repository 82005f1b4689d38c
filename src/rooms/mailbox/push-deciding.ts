import type { Content } from "../../protocol/content-type.ts";
import type { Entry, HotSession, MessageEntry } from "../../protocol/entry.ts";
import type { PushSettings } from "../../protocol/frames/push.ts";
import type { UserId } from "../../protocol/ids.ts";
import { minuteOfDay } from "../../protocol/locale.ts";
import { isCountable, isMentioned } from "../../protocol/unread.ts";
import type { Shown } from "./push-row.ts";
import { beginning } from "./push-text.ts";

/** Longest text that a push may need; providers cut it to what they take. */
const MAX_TEXT_UNITS = 512;
/** What a push may say of a content that is an object. */
const FIELDS = ["text", "name", "title"] as const;

export interface Circumstances {
  readonly me: UserId;
  readonly nowMs: number;
  readonly settings: PushSettings;
  readonly timeZone: string;
  isBlocked(userId: UserId): boolean;
}

/** Whether the user wants no pushes at this time. `urgent` ones come within quiet hours too. */
export function isQuiet({ settings, nowMs, timeZone }: Circumstances, urgent = false): boolean {
  if (settings.off) return true;
  if (settings.quiet === undefined || urgent) return false;
  const [from, to, now] = [minutesOf(settings.quiet.from), minutesOf(settings.quiet.to), minuteOfDay(nowMs, timeZone)];
  return from <= to ? from <= now && now < to : from <= now || now < to;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Which of new entries of a session the user is to be pushed, in their order. */
export function toBeShown(entries: readonly Entry[], hot: HotSession, known: Circumstances): Shown[] {
  if (isQuiet(known)) return [];
  const shown = entries.flatMap((entry) => shownOf(entry, known) ?? []);
  const isMuted = (hot.attributes?.mutedUntil ?? 0) > known.nowMs;
  return shown.filter(({ seqId, from, isMention }) => {
    if (seqId <= hot.readSeqId || known.isBlocked(from)) return false;
    return !isMuted || (isMention && known.settings.muteMentions === undefined);
  });
}

/** A message that grows is shown when it is complete: its beginning says nothing yet. */
function shownOf(entry: Entry, { me, nowMs }: Circumstances): Shown | undefined {
  if (entry.kind === "control") return finished(entry, me);
  if (entry.kind !== "message" || entry.from === me || !isCountable(entry)) return undefined;
  if (entry.gone !== undefined || entry.streaming || entry.push?.silent) return undefined;
  if (entry.expiresAt !== undefined && entry.expiresAt <= nowMs) return undefined;
  return ofMessage(entry, me);
}

function finished({ control }: Entry & { kind: "control" }, me: UserId): Shown | undefined {
  if (control.op !== "finish" || control.targetFrom === me) return undefined;
  const { target: seqId, targetFrom: from, contentType, content } = control;
  return { seqId, from, contentType, content: excerptOf(content), isMention: false };
}

function ofMessage({ seqId, from, contentType, content, push, mentions, expiresAt }: MessageEntry, me: UserId): Shown {
  return {
    ...{ seqId, from, contentType, content: excerptOf(content), isMention: isMentioned(mentions, me) },
    ...(push !== undefined && { push }),
    ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
  };
}

export function excerptOf(content: Content): Content {
  if (typeof content === "string") return beginning(content, MAX_TEXT_UNITS);
  const texts = FIELDS.flatMap((name) => {
    const text = content[name];
    return typeof text === "string" ? [[name, beginning(text, MAX_TEXT_UNITS)] as const] : [];
  });
  return Object.fromEntries(texts);
}
