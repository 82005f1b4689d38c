/**
 * WebSocket close codes. The range says what a client must do:
 * 4000–4099 reconnect now (with jitter) · 4100–4199 reconnect with backoff · 4200–4299 do not reconnect.
 */
export const CLOSE = {
  /** The server stops or moves; everything acknowledged is safe. */
  GOING_AWAY: 4000,
  /** Fetch a fresh token, then reconnect. */
  TOKEN_EXPIRED: 4001,
  /** The socket did not drain: more than MAX_BUFFERED_BYTES were waiting. Sync brings what was missed. */
  SLOW_CONSUMER: 4100,
  /** Nothing was heard for three ping intervals. */
  STALE: 4101,
  /** Far more frames per second than allowed, after coded errors were ignored. */
  FLOOD: 4102,
  /** The room could not be reached. */
  UNAVAILABLE: 4103,
  /** A WebSocket message longer than MAX_FRAME_BYTES. (Runtimes answer far larger ones themselves, with 1009.) */
  TOO_BIG: 4104,
  /** Another connection of the same device type took this one's place. */
  KICKED: 4200,
  /** No token, or one that is wrong. */
  UNAUTHORIZED: 4201,
  /** Missing or wrong connect parameters, or a binary frame on a text protocol. */
  PROTOCOL_ERROR: 4202,
  /** The device was kicked or logged out, or the app's server took the token back. A fresh token may connect. */
  TOKEN_REVOKED: 4203,
  /** The app is suspended, for all of its users. */
  APP_SUSPENDED: 4204,
  /** The app has banned the user. */
  USER_BANNED: 4205,
} as const;

export type CloseName = keyof typeof CLOSE;

export type AfterClose = "reconnect-now" | "reconnect-with-backoff" | "do-not-reconnect";

/** What a client does after a close code. Codes of the network or the runtime (1006, 1011 …) mean backoff. */
export function afterClose(code: number): AfterClose {
  if (code >= 4000 && code < 4100) return "reconnect-now";
  if (code >= 4200 && code < 4300) return "do-not-reconnect";
  return "reconnect-with-backoff";
}
