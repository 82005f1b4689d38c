import type { Codec, Decoded } from "./codec.ts";
import type { DownFrame } from "./down.ts";
import { entryToJson } from "./entry-json.ts";
import { PackId } from "./ids.ts";
import { MAX_FRAMES_PER_BATCH } from "./limits.ts";
import { UpFrame } from "./up.ts";
import { SUBPROTOCOL_JSON } from "./version.ts";

const KNOWN_TYPES = new Set<unknown>(UpFrame.options.map((option) => option.shape.type.value));

function packIdIn(value: unknown): PackId | undefined {
  if (typeof value !== "object" || value === null || !("packId" in value)) return undefined;
  const parsed = PackId.safeParse(value.packId);
  return parsed.success ? parsed.data : undefined;
}

function decodeOne(value: unknown): Decoded {
  const parsed = UpFrame.safeParse(value);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const packId = packIdIn(value);
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  if (!KNOWN_TYPES.has(type)) return { ok: false, packId, error: "UNKNOWN_TYPE", detail: "see the type field" };
  const issue = parsed.error.issues[0];
  return { ok: false, packId, error: "BAD_PARAMETER", detail: `${issue?.path.join(".")}: ${issue?.message}` };
}

function decode(text: string): Decoded[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ ok: false, packId: undefined, error: "MALFORMED", detail: "not JSON" }];
  }
  if (!Array.isArray(value)) return [decodeOne(value)];
  if (value.length <= MAX_FRAMES_PER_BATCH) return value.map(decodeOne);
  return value.map((one) => ({
    ok: false,
    packId: packIdIn(one),
    error: "BATCH_TOO_LARGE",
    detail: `at most ${MAX_FRAMES_PER_BATCH}`,
  }));
}

/** A fan-out hands the same frame object to every receiver, so its text is made once. */
const encoded = new WeakMap<DownFrame, string>();

function encodeOne(frame: DownFrame): string {
  if (frame.type !== "entry") return JSON.stringify(frame);
  let text = encoded.get(frame);
  if (text === undefined) {
    const { type, sessionId, entries } = frame;
    text = `${JSON.stringify({ type, sessionId }).slice(0, -1)},"entries":[${entries.map(entryToJson).join(",")}]}`;
    encoded.set(frame, text);
  }
  return text;
}

/** What was encoded last: a busy group's receivers get the same few frames one after the other. */
let last: { readonly frames: readonly DownFrame[]; readonly text: string } = { frames: [], text: "[]" };

function isLast(frames: readonly DownFrame[]): boolean {
  return frames.length === last.frames.length && frames.every((frame, index) => frame === last.frames[index]);
}

function encode(frames: readonly DownFrame[]): string {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return encodeOne(only);
  if (!isLast(frames)) last = { frames, text: `[${frames.map(encodeOne).join(",")}]` };
  return last.text;
}

export const jsonCodec: Codec = { subprotocol: SUBPROTOCOL_JSON, decode, encode };
