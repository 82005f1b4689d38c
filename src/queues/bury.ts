import { lettersRoom } from "../kernel/room-name.ts";
import type { QueuePorts } from "./consumer.ts";
import type { DeadLetter } from "./run-batch.ts";

/** Keeps a dead letter in the room that its app has for the queue. Resolves with whether it is kept. */
export async function bury({ call }: Pick<QueuePorts, "call">, { queue, job, reason }: DeadLetter): Promise<boolean> {
  const { ok } = await call(lettersRoom(job.app, queue), { type: "letters.put", job, reason });
  return ok;
}
