import { Measures } from "../../kernel/measures.ts";

/** Ids need randomness, which an isolate has in requests only. */
let id: string | undefined;

/**
 * The measures of this isolate: of the Worker and of the objects that run in it. There are many isolates, and a request for them
 * reaches whichever it reaches; the label tells one from another. The clock stands still between two I/Os, so times are those of waiting.
 */
export const measures = new Measures({
  labels: {
    get isolate() {
      id ??= crypto.randomUUID();
      return id;
    },
  },
  steadyMs: () => performance.now(),
});
