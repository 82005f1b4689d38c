export const NDJSON = "application/x-ndjson";

/**
 * A body of JSON lines, made as they are read: nothing is fetched before its reader wants it. The first page is there when this
 * resolves, so that what is refused is still an answer of its own. A stream that fails later breaks off: its reader sees no end.
 */
export async function lineStream(pages: AsyncGenerator<readonly object[]>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<readonly object[]>> | undefined = Promise.resolve(await pages.next());
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await (next ?? pages.next());
        next = undefined;
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value.map((line) => `${JSON.stringify(line)}\n`).join("")));
      },
      async cancel() {
        await pages.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
