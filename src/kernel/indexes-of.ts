/**
 * Where in a list those are of which something holds. For lists that are alike in every room: it is looked up once, so that what
 * is asked with every event costs neither a look at all of them nor memory in each room.
 */
export function indexesOf<Part>(parts: readonly Part[], holds: (part: Part) => boolean): readonly number[] {
  return parts.flatMap((part, index) => (holds(part) ? index : []));
}
