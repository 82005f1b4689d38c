import type { Http } from "../../queues/http.ts";
import { fetchHttp } from "../fetch-http.ts";
import type { Http2Client } from "./http2-client.ts";

/** No runtime's `fetch` speaks HTTP/2 to every server, so those that insist on it have a client of their own. */
export function nativeHttp(http2: Http2Client): Http {
  return (request) => (request.http2 ? http2.send(request) : fetchHttp(request));
}
