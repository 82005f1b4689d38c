/** What a room's part handles, by type. */
type Handlers = Readonly<Record<string, unknown>> | undefined;

/**
 * The handler that one of these tables has for a type; no two have the same. A look through them takes less than a map of
 * all would take from the memory of every room.
 */
export function handlerOf<Part, Handler>(
  parts: readonly Part[],
  tableOf: (part: Part) => object | undefined,
  type: string,
): Handler | undefined {
  for (const part of parts) {
    const handlers = tableOf(part) as Handlers; // SAFETY: tables are objects with types as keys
    const handler = handlers?.[type];
    if (handler !== undefined) return handler as Handler; // SAFETY: each handler is filed under the type that it takes
  }
  return undefined;
}
