import { ParleyError } from "../protocol/errors.ts";

/** No line of ours is longer, however much of a content has to be escaped. */
const MAX_LINE_CHARS = 524_288;

export interface Line {
  /** The first is 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a body as they arrive, but empty ones. Throws `MALFORMED` for what is no UTF-8, and `TOO_LONG`. Whoever takes no
 * more of them does not see the rest, but it is read: a body that is given up takes the connection along, and on Bun the answer.
 */
export async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Line> {
  const reader = body?.getReader();
  try {
    yield* linesIn(reader);
  } finally {
    await readOn(reader);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function* linesIn(reader: Reader | undefined): AsyncGenerator<Line> {
  const decoded = utf8();
  let [number, rest] = [1, ""];
  for (let chunk = (await reader?.read())?.value; chunk !== undefined; chunk = (await reader?.read())?.value) {
    const lines = (rest + decoded(chunk, number)).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      if (text.trim() !== "") yield short({ number, text });
      number += 1;
    }
    short({ number, text: rest });
  }
  const text = rest + decoded(undefined, number);
  if (text.trim() !== "") yield short({ number, text });
}

/** To the end, which the limit of bodies sees to. Who went away is answered by nobody. */
async function readOn(reader: Reader | undefined): Promise<void> {
  try {
    while ((await reader?.read())?.done === false);
  } catch {}
}

function short(line: Line): Line {
  if (line.text.length > MAX_LINE_CHARS) throw new ParleyError("TOO_LONG", `line ${line.number}`);
  return line;
}

/** What chunks are as text; without one: the end. */
function utf8(): (chunk: Uint8Array | undefined, line: number) => string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  return (chunk, line) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new ParleyError("MALFORMED", `line ${line} or one after it: no UTF-8`, { cause });
    }
  };
}
