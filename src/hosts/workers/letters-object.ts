import type { Bindings } from "./bindings.ts";
import { QuietObject } from "./quiet-object.ts";

/** The Durable Object of the dead letters of a queue. */
export class LettersObject extends QuietObject {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super({ ctx, bindings }, "letters");
  }
}
