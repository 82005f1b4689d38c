import { z } from "zod";

/** The result of a request that has nothing to say but that it is done. */
export const Done = z.strictObject({});
export type Done = z.infer<typeof Done>;
