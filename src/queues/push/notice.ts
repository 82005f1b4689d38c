import { messageEnvelope } from "./envelope.ts";
import { fitPayload } from "./fit.ts";
import type { PushMessage } from "./provider.ts";
import { truncateUnits, utf8Length } from "./text.ts";

/** Vendors refuse a text that is blank. */
const BLANK = "…";

export function visible(text: string): string {
  return text.trim() === "" ? BLANK : text;
}

export function titleOf(message: PushMessage, maxUnits: number): string {
  return truncateUnits(visible(message.title), maxUnits);
}

export function bodyOf(message: PushMessage, maxUnits: number): string {
  return truncateUnits(visible(message.body), maxUnits);
}

/** The life of a message within what the vendor allows. */
export function ttlSecondsOf(message: PushMessage, min: number, max: number): number {
  return Math.min(max, Math.max(min, Math.floor(message.ttlSeconds)));
}

/** What the app gets on a tap: one entry, as vendors allow ten at most, and texts only. */
export type TapData = Readonly<Record<"parley", string>>;

export function tapDataOf(message: PushMessage): TapData {
  return { parley: JSON.stringify(messageEnvelope(message)) };
}

function withoutLink({ uri: _uri, ...message }: PushMessage): PushMessage {
  return { ...message, data: {} };
}

/** The same, within a limit: what the app asked to have carried goes first, as half of it is of no use, and then the link. */
export function fittedTapData(message: PushMessage, maxBytes: number): TapData {
  const fits = (data: TapData) => utf8Length(JSON.stringify(data)) <= maxBytes;
  const plain = tapDataOf({ ...message, data: {} });
  return [tapDataOf(message), plain].find(fits) ?? tapDataOf(withoutLink(message));
}

/** A whole payload within a limit. A link that would take more than half of it is left out: the text is worth more. */
export function fitNotice(message: PushMessage, maxBytes: number, encode: (message: PushMessage) => string): string {
  const isLong = utf8Length(encode({ ...message, title: "", body: "", data: {} })) > maxBytes / 2;
  const { uri: _uri, ...unlinked } = message;
  return fitPayload(isLong ? unlinked : message, maxBytes, encode);
}

/** An Android intent that opens an activity of the app with the data as its extras. */
export function intentUri(packageName: string, activity: string, data: Readonly<Record<string, string>>): string {
  const extras = Object.entries(data).map(
    ([name, value]) => `S.${encodeURIComponent(name)}=${encodeURIComponent(value)};`,
  );
  // FLAG_ACTIVITY_CLEAR_TOP, so that taps do not pile up activities.
  return `intent:#Intent;launchFlags=0x4000000;component=${packageName}/${activity};${extras.join("")}end`;
}
