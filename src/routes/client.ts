import { hc } from "hono/client";
import { networkFetch } from "../client/defaults.ts";
import { ERRORS, errorNameOf, ParleyError } from "../protocol/errors.ts";
import type { apiRoutes } from "./api.ts";
import type { deploymentRoutes } from "./deployment-routes.ts";
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
export function parleyApi(options: ApiOptions) {
  return hc<Routes>(...connectionOf(options));
}
export type AppApi = ReturnType<typeof parleyApi>;

/** The apps of a deployment, with its root key as the credential. Otherwise as `parleyApi`. */
export function deploymentApi(options: ApiOptions) {
  return hc<ReturnType<typeof deploymentRoutes>>(...connectionOf(options));
}
export type DeploymentApi = ReturnType<typeof deploymentApi>;

function connectionOf({ url, credential, fetch: ask = networkFetch }: ApiOptions) {
  const options = {
    headers: { Authorization: `Bearer ${credential}` },
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const response = await ask(input, init);
      if (response.ok) return response;
      throw errorOf((await response.json()) as Problem); // SAFETY: every error of the API is a problem
    },
  };
  return [new URL("/v1", url).href, options] as const;
}

function errorOf({ code, detail }: Problem): ParleyError {
  const name = errorNameOf(code) ?? "SERVER_EXCEPTION";
  const said = detail.slice(ERRORS[name].message.length + 2);
  return new ParleyError(name, said === "" ? undefined : said);
}

export { ParleyError };
