import type { Bindings } from "./bindings.ts";
import { QuietObject } from "./quiet-object.ts";

/** The Durable Object of a part of an app's users. */
export class DirectoryObject extends QuietObject {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super({ ctx, bindings }, "directory");
  }
}
