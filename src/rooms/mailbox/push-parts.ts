import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { PushDevice, PushMessage, PushPart } from "../../protocol/rpc/push-call.ts";
import { isGroup } from "../../protocol/session-id.ts";
import type { DirectPush, Shown } from "./push-row.ts";
import { bestTag, describe, filledIn, wordingOf } from "./push-text.ts";

const DEFAULT_LOCALE = "en";

/** What is the same for all devices. */
export interface PushBase {
  readonly pushId: string;
  readonly badge: number;
  readonly ttlSeconds: number;
  readonly locale: string | undefined;
  readonly hideContent: boolean;
  nameOf(userId: UserId): string;
  nameOfSession(sessionId: SessionId): string | undefined;
}

/** One part for each language of the devices. */
function byLocale(
  devices: readonly PushDevice[],
  base: PushBase,
  messageIn: (locale: string) => PushMessage,
): PushPart[] {
  const localeOf = (device: PushDevice) => device.locale ?? base.locale ?? DEFAULT_LOCALE;
  const groups = Map.groupBy(devices, localeOf);
  return [...groups].map(([locale, targets]) => ({ message: messageIn(locale), targets }));
}

/** A later push of the session takes the place of an earlier one: a device shows one for each, the newest. */
export function sessionParts(
  { sessionId, shown, base }: { sessionId: SessionId; shown: Shown; base: PushBase },
  devices: readonly PushDevice[],
): PushPart[] {
  const { pushId: id, badge, ttlSeconds, hideContent } = base;
  const { seqId, push } = shown;
  const open = { data: push?.data ?? {}, ...(push?.uri !== undefined && { uri: push.uri }) };
  const about = { sessionId, seqId, collapseId: sessionId, ...(hideContent ? { data: {} } : open) };
  const how = { badge, ttlSeconds, priority: "high", sound: "default" } as const;
  return byLocale(devices, base, (locale) => ({
    id,
    ...textsOf({ sessionId, shown, base }, locale),
    ...about,
    ...how,
  }));
}

function textsOf(
  { sessionId, shown, base }: { sessionId: SessionId; shown: Shown; base: PushBase },
  locale: string,
): Pick<PushMessage, "title" | "body"> {
  const wording = wordingOf(locale);
  if (base.hideContent) return { title: wording.hiddenTitle, body: wording.hiddenBody };
  const { push, isMention } = shown;
  const sender = base.nameOf(shown.from);
  const said = push?.body ?? describe(shown.contentType, shown.content, wording);
  const line = isGroup(sessionId) && push?.body === undefined ? `${sender}: ${said}` : said;
  const title = push?.title ?? (isGroup(sessionId) ? base.nameOfSession(sessionId) : undefined) ?? sender;
  return { title, body: isMention ? `${wording.mention}${line}` : line };
}

/** What a server of the app shows is not told by anybody, so there is nothing to hide. */
export function directParts({ notification }: DirectPush, base: PushBase, devices: readonly PushDevice[]): PushPart[] {
  const { title, body, translations = {}, values = {}, data = {}, priority = "high", ...given } = notification;
  const { uri, category, sound, collapseId = base.pushId } = given;
  const { pushId: id, badge, ttlSeconds } = base;
  const rest = {
    ...{ badge, ttlSeconds, data, priority, collapseId },
    ...(uri !== undefined && { uri }),
    ...(category !== undefined && { category }),
    ...(sound !== undefined && { sound }),
  };
  return byLocale(devices, base, (locale) => {
    const translated = translations[bestTag(locale, (tag) => Object.hasOwn(translations, tag)) ?? ""];
    const texts = { title: translated?.title ?? title, body: translated?.body ?? body };
    return { id, title: filledIn(texts.title, values), body: filledIn(texts.body, values), ...rest };
  });
}
