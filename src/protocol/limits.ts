/** Wire limits of protocol v1. Every bound here is enforced at the edge and has a test. */

/** Largest `content` of one message, in bytes of UTF-8 (objects: of their JSON text). OTIM's bound, code 41. */
export const MAX_CONTENT_BYTES = 65_536;
/** Deepest nesting of an object as `content`. Runtimes differ in how deep they can write JSON, and some fail loudly. */
export const MAX_CONTENT_DEPTH = 32;
/** Longest WebSocket message (in characters) or HTTP body (in bytes) that is looked at. Beyond it: close `TOO_BIG`, or HTTP 413. */
export const MAX_FRAME_BYTES = 1_048_576;
/** Longest body of an import, in bytes. */
export const MAX_IMPORT_BYTES = 8_388_608;
/** Where the runtimes themselves stop reading a WebSocket message, in bytes, with close code 1009. */
export const MAX_SOCKET_PAYLOAD_BYTES = 4_194_304;
/** Most request frames in one WebSocket frame (a JSON array). */
export const MAX_FRAMES_PER_BATCH = 256;
/** Requests of one connection that may be waiting for their response. */
export const MAX_PENDING_REQUESTS = 1_024;
/** Bytes that may wait in a socket that does not drain; beyond it the socket is closed with `SLOW_CONSUMER`. */
export const MAX_BUFFERED_BYTES = 4_194_304;
/** Most entries in one history page. */
export const MAX_HISTORY_LIMIT = 200;
export const DEFAULT_HISTORY_LIMIT = 50;
/** Most hits in one page of a search. */
export const MAX_SEARCH_LIMIT = 50;
export const DEFAULT_SEARCH_LIMIT = 20;
export const MAX_SEARCH_TEXT_CHARS = 256;
/** A page or a delivery stops growing at this many bytes of entries (one entry always fits). */
export const MAX_BATCH_BYTES = 262_144;
/** Most sessions in one `sync.sessions` page. */
export const MAX_SYNC_LIMIT = 200;
/** Members of a group that is served by mailbox fan-out. */
export const MAX_GROUP_MEMBERS = 500;
/** Users that one message may mention by name. */
export const MAX_MENTIONS = 50;
/** Longest time to live of an expiring message. */
export const MAX_TTL_MS = 30 * 86_400_000;
/** A reaction is a short text, usually one emoji, in UTF-16 units. */
export const MAX_REACTION_LENGTH = 32;
/** Different reactions to one message. */
export const MAX_REACTIONS = 20;
/** Pinned messages of one session. */
export const MAX_PINS = 100;
/** Messages in one merged forward. */
export const MAX_MERGED = 100;
/** Messages that one `msg.hide` names. */
export const MAX_HIDDEN_AT_ONCE = 100;
/** Longest draft, custom attribute, attribute value or custom part of a profile, in UTF-16 units. */
export const MAX_ATTRIBUTE_CHARS = 4_096;
/** Attributes that a user keeps on another user. */
export const MAX_USER_ATTRIBUTES = 32;
/** Users that a user keeps something about: friends, own requests, blocks, remarks. */
export const MAX_RELATIONS = 10_000;
/** Invitations of one group that wait for an answer. */
export const MAX_INVITATIONS = 500;
/** Users who observe one session at the same time. */
export const MAX_OBSERVERS = 50;
/** Sessions that one user observes at the same time. */
export const MAX_OBSERVED = 200;
/** Devices that a mailbox remembers; beyond it the one that was not seen for the longest time is forgotten. */
export const MAX_DEVICES = 100;
/** Names under which a push carries data for the app. */
export const MAX_PUSH_DATA = 16;
/** Push tokens of one user; beyond it the one that was registered first is forgotten. */
export const MAX_PUSH_TOKENS = 20;
/** Users in one `user.get` or presence subscription. */
export const MAX_USERS_AT_ONCE = 100;
/** Users whose presence one connection follows. */
export const MAX_FOLLOWED = 1_000;
/** Rows in one page of friends, priority entries or groups. */
export const MAX_PAGE_LIMIT = 200;
/** How long a mailbox keeps a priority entry. */
export const PRIORITY_RETENTION_MS = 30 * 86_400_000;
/** Sessions of one broadcast. */
export const MAX_BROADCAST_SESSIONS = 10_000;
/** Users of one call that sends a business notice. */
export const MAX_NOTICE_USERS = 10_000;
/** A signed request is taken so long before and after the time that it says. */
export const SIGNATURE_WINDOW_MS = 300_000;
export const MAX_PACK_ID_LENGTH = 64;
export const MAX_USER_ID_LENGTH = 64;
/** A longer JSON text than this, in characters, is not kept as a hot session's last entry: its content is left out. */
export const MAX_PREVIEW_CHARS = 1_024;
/** A client sends `ping` at this interval; a connection silent for three of them is swept. */
export const PING_INTERVAL_MS = 30_000;
