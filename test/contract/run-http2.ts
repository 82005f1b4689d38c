/** Runs the cases of the HTTP/2 client in the runtime that runs this, and prints a line of JSON for every case. */
import { type Http2Subject, http2Cases } from "./http2-cases.ts";

// SAFETY: given by http2.test.ts
const subject = JSON.parse(process.argv[2] ?? "") as Http2Subject;

for (const { name, run } of http2Cases) {
  let error: string | undefined;
  try {
    await run(subject);
  } catch (thrown) {
    error = String(thrown instanceof Error ? thrown.stack : thrown);
  }
  console.log(JSON.stringify({ name, error }));
}
process.exit(0);
