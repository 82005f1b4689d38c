import type { DeviceType } from "../protocol/ids.ts";
import type { Store } from "./store.ts";
import type { TokenSource } from "./token.ts";

export interface ClientOptions {
  /** Where the server is: http(s):// or ws(s)://. */
  readonly url: string;
  /** A JWT from `POST /v1/tokens`, or a function that fetches one; only with a function can it be renewed. */
  readonly token: TokenSource;
  /** This install. Letters, digits and `. _ : -`, at most 64. */
  readonly deviceId: string;
  /** One connection per type: a newer one of the same type ends the older with `KICKED`. */
  readonly deviceType: DeviceType;
  /** What an earlier run kept: the client goes on from there. Without it nothing outlives the process. */
  readonly store?: Store;
  /** The newest entries of each session that are kept, 200 unless said otherwise. */
  readonly cachedEntries?: number;
  /** `false`: senders do not learn that a message arrived at this device. */
  readonly receipts?: false;
}
