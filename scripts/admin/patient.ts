import { ParleyError } from "../../src/routes/client.ts";
import type { AdminPorts } from "./command.ts";

const TIMES = 30;
const PAUSE_MS = 1_000;

/** Asks again for a while when that may help, also while a server restarts. What is asked must be done once, however often it is asked. */
export async function patiently<T>({ pause }: Pick<AdminPorts, "pause">, ask: () => Promise<T>): Promise<T> {
  for (let left = TIMES; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error) || left === 0) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** `fetch` rejects with a `TypeError` when there is no connection, or it broke. */
function mayPass(error: unknown): boolean {
  return error instanceof ParleyError ? error.retry : error instanceof TypeError;
}
