import { isAddress, isPublicAddress } from "./public-address.ts";

/** Which servers of third parties this deployment calls. */
export interface GuardPolicy {
  /** In development every address is called. */
  readonly allowsAll: boolean;
  /** Origins that are called although they are not public or not HTTPS. */
  readonly allowedOrigins: readonly string[];
}

export interface GuardPorts {
  readonly policy: GuardPolicy;
  /** Addresses of a host's name; none when it has no address. `undefined`: this runtime reaches the public internet only. */
  readonly resolve: ((hostname: string) => Promise<readonly string[]>) | undefined;
}

/** Names that are never public (RFC 6761, RFC 6762, RFC 8375 and what private networks use). */
const PRIVATE_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|home\.arpa|lan|corp|home)$/;

/** Why a URL may not be an endpoint's, if so: what can be said without asking anybody. */
export function urlFault(url: string, policy: GuardPolicy): string | undefined {
  if (!URL.canParse(url)) return "not a URL";
  const { protocol, username, password, origin } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "needs https";
  if (username !== "" || password !== "") return "has credentials in it";
  if (policy.allowsAll || policy.allowedOrigins.includes(origin)) return undefined;
  if (protocol !== "https:") return "needs https";
  return isPublicHost(hostOf(url)) ? undefined : "its host is not public";
}

/**
 * Whether it may be called now. What a name means may change after it was asked: but whoever is called must show a certificate for
 * that name, which nothing inside a private network has for a name that others control.
 */
export async function mayCall(url: string, { policy, resolve }: GuardPorts): Promise<boolean> {
  if (urlFault(url, policy) !== undefined) return false;
  if (policy.allowsAll || policy.allowedOrigins.includes(new URL(url).origin)) return true;
  const host = hostOf(url);
  if (resolve === undefined || isAddress(host)) return true;
  return (await resolve(host)).every(isPublicAddress);
}

function isPublicHost(host: string): boolean {
  if (isAddress(host)) return isPublicAddress(host);
  return host.includes(".") && !PRIVATE_NAME.test(host);
}

/** In lower case, without the brackets of an IPv6 address and the dot at the end of a full name. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
