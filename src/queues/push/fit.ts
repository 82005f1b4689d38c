import type { PushMessage } from "./provider.ts";
import { truncateUtf8, utf8Length } from "./text.ts";

/** A body is not cut below this while custom data could go instead. */
const LEGIBLE_BODY_BYTES = 120;

/** The text in full, or the longest beginning of it with which `encode` stays within the limit; `undefined` if none of at least `minBytes` does. */
function longest(text: string, minBytes: number, fits: (text: string) => boolean): string | undefined {
  if (fits(text)) return text;
  let [low, high] = [Math.min(minBytes, utf8Length(text)), utf8Length(text)];
  let best = truncateUtf8(text, low);
  if (!fits(best)) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const candidate = truncateUtf8(text, middle);
    if (fits(candidate)) [low, best] = [middle, candidate];
    else high = middle;
  }
  return best;
}

/**
 * The message as far as its payload stays within the provider's limit. What does not fit is shortened, in this order: the body,
 * the custom data (as a whole: half of it is of no use), the title, the link. What is left is a few hundred bytes of ours.
 */
export function fitMessage(
  message: PushMessage,
  maxBytes: number,
  encode: (message: PushMessage) => string,
): PushMessage {
  const fits = (candidate: PushMessage) => utf8Length(encode(candidate)) <= maxBytes;
  const shortened = (from: PushMessage, minBytes: number): PushMessage | undefined => {
    const body = longest(from.body, minBytes, (text) => fits({ ...from, body: text }));
    return body === undefined ? undefined : { ...from, body };
  };
  const plain: PushMessage = { ...message, data: {} };
  const { uri: _, ...unlinked } = plain;
  return (
    shortened(message, LEGIBLE_BODY_BYTES) ??
    shortened(plain, 0) ??
    withShortTitle(plain, fits) ??
    withShortTitle(unlinked, fits) ?? { ...unlinked, title: "", body: "" }
  );
}

/** The payload of a message within the provider's limit; see {@link fitMessage}. */
export function fitPayload(message: PushMessage, maxBytes: number, encode: (message: PushMessage) => string): string {
  return encode(fitMessage(message, maxBytes, encode));
}

function withShortTitle(message: PushMessage, fits: (candidate: PushMessage) => boolean): PushMessage | undefined {
  const bare = { ...message, body: "" };
  const title = longest(bare.title, 0, (text) => fits({ ...bare, title: text }));
  return title === undefined ? undefined : { ...bare, title };
}
