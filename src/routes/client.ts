import { hc } from "hono/client";
import { networkFetch } from "../client/defaults.ts";
import { ERRORS, errorNameOf, ParleyError } from "../protocol/errors.ts";
import type { apiRoutes } from "./api.ts";
import type { Problem } from "./problem.ts";

type Routes = ReturnType<typeof apiRoutes>;

export interface ApiOptions {
  readonly url: string;
  /** A server key or a user token. */
  readonly credential: string;
  /** Instead of the runtime's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The API with its types: `await (await api.messages.$post({ json })).json()`. Every problem is thrown as a `ParleyError`. */
export function parleyApi({ url, credential, fetch: ask = networkFetch }: ApiOptions) {
  return hc<Routes>(new URL("/v1", url).href, {
    headers: { Authorization: `Bearer ${credential}` },
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const response = await ask(input, init);
      if (response.ok) return response;
      throw errorOf((await response.json()) as Problem); // SAFETY: every error of the API is a problem
    },
  });
}

function errorOf({ code, detail }: Problem): ParleyError {
  const name = errorNameOf(code) ?? "SERVER_EXCEPTION";
  const said = detail.slice(ERRORS[name].message.length + 2);
  return new ParleyError(name, said === "" ? undefined : said);
}

export { ParleyError };
