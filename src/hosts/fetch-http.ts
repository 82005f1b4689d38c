import { HttpFailure, type HttpRequest, type HttpResponse } from "../queues/http.ts";

/** {@link Http} by the runtime's `fetch`, which everywhere speaks HTTP/1.1 to servers that do not insist on HTTP/2. */
export async function fetchHttp(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, timeoutMs, maxAnswerBytes } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal,
      ...(body !== undefined && { body }),
    });
    const text = maxAnswerBytes === undefined ? await response.text() : await textUpTo(response, maxAnswerBytes);
    return { status: response.status, headers: Object.fromEntries(response.headers), body: text };
  } catch (error) {
    throw new HttpFailure(signal.aborted ? "timeout" : "lost", error);
  }
}

/** Whoever answers without an end does not fill the memory. */
async function textUpTo({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the rest.
  for await (const chunk of body) {
    text += decoder.decode(chunk.subarray(0, maxBytes - bytes), { stream: true });
    bytes += chunk.byteLength;
    if (bytes >= maxBytes) break;
  }
  return text + decoder.decode();
}
