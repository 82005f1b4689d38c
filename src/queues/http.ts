/** One exchange with a service elsewhere. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** For the whole exchange, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The service speaks nothing else (APNs). A host that cannot do so sends HTTP/1.1, to a gateway. */
  readonly http2: boolean;
  /** Longest answer that is taken, in bytes; a longer one is cut off there, and its connection is given up. */
  readonly maxAnswerBytes?: number;
  /** Requests with different names here never share a connection: APNs ties one to the key that came first. */
  readonly connection?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Resolves with any answer, whatever its status; without one it rejects with {@link HttpFailure}. Redirects are not followed. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** No answer. Unless it was `refused`, the service may have carried the request out. */
export class HttpFailure extends Error {
  readonly kind: "refused" | "timeout" | "lost";

  constructor(kind: HttpFailure["kind"], cause?: unknown) {
    super(`no answer: ${kind}`, { cause });
    this.name = "HttpFailure";
    this.kind = kind;
  }
}
