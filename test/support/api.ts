import type { Entry } from "../../src/protocol/entry.ts";
import type { PushToken } from "../../src/protocol/frames/push.ts";
import type { PushRecord } from "../../src/protocol/rpc/push-call.ts";
import { type App, SERVER_KEYS } from "./server-process.ts";

/** The fields that tests look into, of all the bodies: an answer carries those of its own. */
interface Body {
  readonly name: string;
  readonly token: string;
  readonly seqId: number;
  readonly entries: readonly Entry[];
  readonly jobId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly tokens: readonly PushToken[];
  readonly records: readonly PushRecord[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

interface ApiRequest {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One HTTP request with a server key, a user token, or nothing. */
export async function api(
  url: string,
  path: string,
  { key = SERVER_KEYS.main, body, method, headers = {} }: ApiRequest = {},
): Promise<HttpAnswer> {
  const response = await fetch(new URL(path, url), {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...headers,
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  // SAFETY: each test asserts what it reads of it
  const answer = (text === "" ? {} : JSON.parse(text)) as Body;
  return { status: response.status, body: answer, headers: response.headers };
}

export function keyOf(app: App): string {
  return SERVER_KEYS[app];
}
