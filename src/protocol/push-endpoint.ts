/**
 * Push services of the browsers. A subscription's endpoint comes from the client and the server posts to it, so it may only be at a
 * service that is known: anything else would let clients make the server send requests into its own network.
 */
export const WEB_PUSH_SERVICES: readonly string[] = [
  "fcm.googleapis.com",
  "android.googleapis.com",
  "jmt17.google.com",
  ".push.services.mozilla.com",
  ".push.apple.com",
  ".notify.windows.com",
];

/** Whether an endpoint is at one of the services: host names, `.suffixes` of host names, or whole origins (of simulators, without TLS). */
export function isPushEndpoint(endpoint: string, services: readonly string[] = WEB_PUSH_SERVICES): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, origin, hostname, port, username, password } = new URL(endpoint);
  if (services.includes(origin)) return true;
  if (protocol !== "https:" || port !== "" || username !== "" || password !== "") return false;
  return services.some((service) => (service.startsWith(".") ? hostname.endsWith(service) : hostname === service));
}
