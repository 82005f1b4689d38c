/** The value of a JSON text; `undefined` for anything else, as providers and the proxies before them answer in trouble. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
