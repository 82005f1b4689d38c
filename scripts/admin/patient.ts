import { ParleyError } from "../../src/routes/client.ts";
import type { AdminPorts } from "./command.ts";

const TIMES = 10;
const PAUSE_MS = 1_000;

/** Asks again for a while when that may help. What is asked must be done once, however often it is asked. */
export async function patiently<T>({ pause }: Pick<AdminPorts, "pause">, ask: () => Promise<T>): Promise<T> {
  for (let left = TIMES; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ParleyError) || !error.retry || left === 0) throw error;
      await pause(PAUSE_MS);
    }
  }
}
