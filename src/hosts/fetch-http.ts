import { HttpFailure, type HttpRequest, type HttpResponse } from "../queues/http.ts";

/** {@link Http} by the runtime's `fetch`, which everywhere speaks HTTP/1.1 to servers that do not insist on HTTP/2. */
export async function fetchHttp(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  } catch (error) {
    throw new HttpFailure(signal.aborted ? "timeout" : "lost", error);
  }
}
