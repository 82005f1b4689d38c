import { z } from "zod";
import { MAX_CONTENT_DEPTH } from "./limits.ts";

/** OTIM's numbers 1 text, 2 image, 3 voice, 4 video, 5 file, 6 location; a client may use its own above these. */
export const ContentType = z.int().min(1).max(65_535);

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1));
}

const ObjectContent = z
  .record(z.string(), z.unknown())
  .refine((content) => isWithin(content, MAX_CONTENT_DEPTH), `at most ${MAX_CONTENT_DEPTH} levels`);

/** Text is a string, everything else may be a JSON object. The server passes it through. */
export const Content = z.union([z.string(), ObjectContent]);
export type Content = z.infer<typeof Content>;
