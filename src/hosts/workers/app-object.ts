import type { Bindings } from "./bindings.ts";
import { QuietObject } from "./quiet-object.ts";

/** The Durable Object of an app. */
export class AppObject extends QuietObject {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super({ ctx, bindings }, "app");
  }
}
