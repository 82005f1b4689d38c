import { z } from "zod";
import { Content, ContentType } from "./content-type.ts";
import { UserId } from "./ids.ts";
import { MAX_MERGED } from "./limits.ts";

/** Bounded by the bytes that content may have. */
const Some = z.string().min(1);
const Bytes = z.int().min(0);
const Pixels = z.int().min(0);
const Milliseconds = z.int().min(0);
const picture = {
  width: Pixels.optional(),
  height: Pixels.optional(),
  size: Bytes.optional(),
  name: z.string().optional(),
};

/** A message of a merged forward, as whoever merged them says. */
const MergedItem = z.looseObject({ from: UserId, timestamp: z.int(), contentType: ContentType, content: Content });

/**
 * What clients agree on for OTIM's content types and the merged forward, where content is an object; all of them may be
 * strings as well. Fields that are not named here pass.
 */
const SCHEMAS: ReadonlyMap<number, z.ZodType> = new Map<number, z.ZodType>([
  [1, z.looseObject({ text: z.string().min(1) })],
  [2, z.looseObject({ url: Some, ...picture, thumbnail: Some.optional() })],
  [3, z.looseObject({ url: Some, durationMs: Milliseconds, size: Bytes.optional() })],
  [4, z.looseObject({ url: Some, durationMs: Milliseconds.optional(), ...picture, thumbnail: Some.optional() })],
  [5, z.looseObject({ url: Some, name: Some, size: Bytes.optional() })],
  [
    6,
    z.looseObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().optional(),
      address: z.string().optional(),
    }),
  ],
  [7, z.looseObject({ title: Some, items: z.array(MergedItem).min(1).max(MAX_MERGED) })],
]);

export const TEXT = 1;
export const MERGED_FORWARD = 7;

/** The first fault of a content, with the path of its field; `undefined` for what is right or not known. */
export function knownContentFault(contentType: number, content: Content): string | undefined {
  if (typeof content === "string") return undefined;
  const parsed = SCHEMAS.get(contentType)?.safeParse(content);
  const issue = parsed?.error?.issues[0];
  return issue === undefined ? undefined : `${["content", ...issue.path].join(".")}: ${issue.message}`;
}
