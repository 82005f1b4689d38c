import { NDJSON } from "../../src/routes/line-stream.ts";

/** The JSON of an answer; of a stream of lines, an array of them. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.headers.get("Content-Type") !== NDJSON) return JSON.parse(text);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
