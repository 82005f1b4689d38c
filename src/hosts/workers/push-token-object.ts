import type { Bindings } from "./bindings.ts";
import { QuietObject } from "./quiet-object.ts";

/** The Durable Object of a push token. */
export class PushTokenObject extends QuietObject {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super({ ctx, bindings }, "push-token");
  }
}
