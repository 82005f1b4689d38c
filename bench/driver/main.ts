import { runChat } from "./chat.ts";
import { runHttp } from "./http.ts";
import { type Job, RESULT_PREFIX } from "./job.ts";
import { runStorm } from "./storm.ts";

/** The load driver, a process of its own on Bun, whose WebSocket client is the cheapest at hand. */
const job = JSON.parse(String(process.argv[2])) as Job; // SAFETY: bench/processes.ts passes a Job
const result = await run(job);
console.log(RESULT_PREFIX + JSON.stringify(result));
if (job.kind !== "storm") process.exit(0);
// The storm's sockets stay open until nobody listens any more.
process.stdin.on("end", () => process.exit(0)).resume();

function run(job: Job): Promise<object> {
  switch (job.kind) {
    case "chat":
      return runChat(job);
    case "storm":
      return runStorm(job);
    case "http":
      return runHttp(job);
  }
}
