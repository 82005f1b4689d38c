/** WebSocket subprotocol of the JSON codec. */
export const SUBPROTOCOL_JSON = "parley.v1.json";
/** Prefix of the subprotocol entry that carries the token, because browsers cannot set headers on a WebSocket. */
export const BEARER_PREFIX = "bearer.";
/** Keep-alive texts. They are not frames: on Workers the runtime answers them without waking the room. */
export const PING_TEXT = "ping";
export const PONG_TEXT = "pong";
