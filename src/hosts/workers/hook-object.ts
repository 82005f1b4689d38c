import type { Bindings } from "./bindings.ts";
import { QuietObject } from "./quiet-object.ts";

/** The Durable Object of a webhook endpoint. */
export class HookObject extends QuietObject {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super({ ctx, bindings }, "hook");
  }
}
