import { lookup } from "node:dns/promises";
import { HttpFailure } from "../../queues/http.ts";

/** A resolver that does not answer is no better than a server that does not. */
const TIMEOUT_MS = 1_000;

/** The addresses of a host's name. */
export async function resolve(hostname: string): Promise<string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new HttpFailure("timeout")), TIMEOUT_MS);
  try {
    const found = await Promise.race([lookup(hostname, { all: true }), late]);
    return found.map(({ address }) => address);
  } finally {
    clearTimeout(timer);
  }
}
