import type { Http, HttpResponse } from "../http.ts";
import { PUSH_TIMEOUT_MS } from "./provider.ts";

export interface VendorRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function postForm(http: Http, to: VendorRequest, form: Readonly<Record<string, string>>): Promise<HttpResponse> {
  return post(http, to, {
    type: "application/x-www-form-urlencoded; charset=utf-8",
    body: new URLSearchParams(form).toString(),
  });
}

/** `body` is JSON already. */
export function postJson(http: Http, to: VendorRequest, body: string): Promise<HttpResponse> {
  return post(http, to, { type: "application/json; charset=utf-8", body });
}

function post(http: Http, to: VendorRequest, content: { type: string; body: string }): Promise<HttpResponse> {
  const headers = { ...to.headers, "content-type": content.type };
  const { body } = content;
  return http({ method: "POST", url: to.url, headers, body, timeoutMs: PUSH_TIMEOUT_MS, http2: false });
}

/** A link of a configured base, whether or not it ends in a slash. */
export function linkOf(base: string, path: string): string {
  return base.replace(/\/+$/, "") + path;
}
