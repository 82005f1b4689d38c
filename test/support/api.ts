import { type App, SERVER_KEYS } from "./server-process.ts";

export interface HttpAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON bodies of every shape
  readonly body: any;
  readonly headers: Headers;
}

/** One HTTP request with a server key, a user token, or nothing. */
export async function api(
  url: string,
  path: string,
  { key = SERVER_KEYS.main, body, method }: { key?: string | null; body?: unknown; method?: string } = {},
): Promise<HttpAnswer> {
  const response = await fetch(new URL(path, url), {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
}

export function keyOf(app: App): string {
  return SERVER_KEYS[app];
}
