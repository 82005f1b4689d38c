import type { DownFrame } from "./down.ts";
import type { ErrorName } from "./errors.ts";
import type { PackId } from "./ids.ts";
import type { UpFrame } from "./up.ts";

/** One decoded request, or why it is none. With a packId the refusal becomes its ack, without one an `error` frame. */
export type Decoded =
  | { readonly ok: true; readonly frame: UpFrame }
  | { readonly ok: false; readonly packId: PackId | undefined; readonly error: ErrorName; readonly detail: string };

/** Turns bytes of one wire form into frames and back. Rooms never see the bytes. */
export interface Codec {
  readonly subprotocol: string;
  /** Never throws: every request that can be told apart gets an answer of its own. */
  decode(text: string): Decoded[];
  /** Frames that reach one connection together are one WebSocket message. The same frame object is encoded once. */
  encode(frames: readonly DownFrame[]): string;
}
