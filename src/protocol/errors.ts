/**
 * The one error table. Codes below 100 are OTIM's; 100 and above are ours.
 *
 * - `retry`: the same request may succeed later, so the SDK sends it again (same packId).
 * - `definite`: the request certainly had no effect. Where it is false the caller must retry under
 *   the same packId (or look) to learn what happened.
 */
interface ErrorRow {
  readonly code: number;
  readonly message: string;
  readonly http: number;
  readonly retry: boolean;
  readonly definite: boolean;
}

const no = { retry: false, definite: true } as const;
const later = { retry: true, definite: true } as const;
const unsure = { retry: true, definite: false } as const;

export const ERRORS = {
  BAD_PARAMETER: { code: 2, http: 400, message: "a parameter is missing or wrong", ...no },
  DATABASE: { code: 5, http: 503, message: "storage failed, nothing was stored", ...later },
  UNAVAILABLE: { code: 6, http: 503, message: "unavailable, try again", ...unsure },
  REFUSED: { code: 7, http: 403, message: "refused", ...no },
  SERVER_EXCEPTION: { code: 8, http: 500, message: "internal error, the request was rolled back", ...no },
  SENSITIVE_WORD: { code: 10, http: 422, message: "the content has words that are not allowed here", ...no },
  IDENTITY_MISSING: { code: 20, http: 401, message: "no credentials", ...no },
  BAD_CREDENTIALS: { code: 21, http: 401, message: "wrong credentials", ...no },
  TOKEN_REVOKED: { code: 22, http: 401, message: "the token was revoked", ...no },
  ACCESS_DENIED: { code: 23, http: 403, message: "access denied", ...no },
  HISTORY_FORBIDDEN: { code: 28, http: 403, message: "not allowed to read this session", ...no },
  NOT_IN_GROUP: { code: 30, http: 403, message: "not a member of the group", ...no },
  GROUP_EMPTY: { code: 32, http: 400, message: "no members given", ...no },
  NOT_ALLOWED_IN_GROUP: { code: 33, http: 403, message: "your role in the group does not allow this", ...no },
  GROUP_FULL: { code: 34, http: 409, message: "the group is full", ...no },
  NO_SUCH_GROUP: { code: 35, http: 404, message: "no such group", ...no },
  NOT_OWNER: { code: 36, http: 403, message: "only the owner may do this", ...no },
  TOO_SHORT: { code: 40, http: 400, message: "the message is empty", ...no },
  TOO_LONG: { code: 41, http: 413, message: "the message is longer than 65536 bytes", ...no },
  MALFORMED: { code: 42, http: 400, message: "malformed", ...no },
  NO_SUCH_MESSAGE: { code: 44, http: 404, message: "no such message", ...no },
  /** OTIM's "forbidden". */
  MUTED: { code: 43, http: 403, message: "muted in this group", ...no },
  SEND_TIMED_OUT: { code: 45, http: 504, message: "no answer in time", ...unsure },
  NOT_FRIENDS: { code: 50, http: 403, message: "the other user has not accepted you as a friend", ...no },
  BLOCKED: { code: 51, http: 403, message: "blocked by the other user", ...no },
  RATE_LIMITED: { code: 100, http: 429, message: "too many requests", ...later },
  TOO_MANY_PENDING: { code: 101, http: 429, message: "too many unanswered requests", ...later },
  TOKEN_EXPIRED: { code: 102, http: 401, message: "the token has expired", ...no },
  UNKNOWN_TYPE: { code: 103, http: 400, message: "unknown frame type", ...no },
  BATCH_TOO_LARGE: { code: 104, http: 413, message: "too many frames in one batch", ...no },
  OWNER_MUST_TRANSFER: { code: 105, http: 409, message: "the owner must transfer or dismiss the group first", ...no },
  NO_SUCH_ROUTE: { code: 106, http: 404, message: "no such route", ...no },
  CLOSED: { code: 107, http: 499, message: "the client was closed before the answer came", ...unsure },
  PACK_CONFLICT: { code: 108, http: 409, message: "the packId was used for something else", ...no },
  TOO_LATE: { code: 109, http: 409, message: "the time for this is over", ...no },
  MESSAGE_GONE: { code: 110, http: 410, message: "the message was recalled, deleted or has expired", ...no },
  BANNED: { code: 111, http: 403, message: "banned from the group", ...no },
  WRONG_OFFSET: { code: 112, http: 409, message: "the chunk does not follow what is there", ...no },
  LIMIT_REACHED: { code: 113, http: 409, message: "there are too many already", ...no },
  NO_SUCH_REQUEST: { code: 114, http: 404, message: "there is no such request to answer", ...no },
  NO_SUCH_DEVICE: { code: 115, http: 404, message: "no such device", ...no },
  PRECONDITION_FAILED: { code: 120, http: 412, message: "it was changed since", ...no },
  NO_SUCH_ENDPOINT: { code: 117, http: 404, message: "no such webhook endpoint", ...no },
  SCOPE_MISSING: { code: 130, http: 403, message: "the key does not have the scope for this", ...no },
  APP_SUSPENDED: { code: 131, http: 403, message: "the app is suspended", ...no },
  NO_SUCH_KEY: { code: 132, http: 404, message: "no such key", ...no },
  NO_SUCH_APP: { code: 133, http: 404, message: "no such app", ...no },
  APP_EXISTS: { code: 134, http: 409, message: "there is an app with this id", ...no },
  USER_BANNED: { code: 135, http: 403, message: "the user is banned", ...no },
  /** With the code and the reason that the app gave. */
  HOOK_REJECTED: { code: 118, http: 422, message: "rejected by the app", ...no },
  HOOK_UNANSWERED: { code: 119, http: 503, message: "the app was asked about it and did not answer", ...later },
  NO_SUCH_JOB: { code: 116, http: 404, message: "no such job", ...no },
} as const satisfies Record<string, ErrorRow>;

export type ErrorName = keyof typeof ERRORS;

/** Success. */
export const CODE_OK = 0;

// SAFETY: the keys and rows of ERRORS are exactly these types
const NAME_BY_CODE = new Map<number, ErrorName>(
  (Object.entries(ERRORS) as [ErrorName, ErrorRow][]).map(([name, row]) => [row.code, name]),
);

/** The name of a numeric code; `undefined` for success and for codes of a newer server. */
export function errorNameOf(code: number): ErrorName | undefined {
  return NAME_BY_CODE.get(code);
}

/** The only error that rooms and routes throw on purpose. `detail` must not carry message text, SQL or secrets. */
export class ParleyError extends Error {
  override readonly name = "ParleyError";
  readonly errorName: ErrorName;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(errorName: ErrorName, detail?: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    const { cause, retryAfterMs } = options;
    super(detail === undefined ? ERRORS[errorName].message : `${ERRORS[errorName].message}: ${detail}`, { cause });
    this.errorName = errorName;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }

  get code(): number {
    return ERRORS[this.errorName].code;
  }

  get retry(): boolean {
    return ERRORS[this.errorName].retry;
  }

  get definite(): boolean {
    return ERRORS[this.errorName].definite;
  }
}
