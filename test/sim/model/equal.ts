/** Throws where the rooms and the model differ. */
export function equal(what: string, is: unknown, should: unknown): void {
  const [found, wanted] = [JSON.stringify(is), JSON.stringify(should)];
  if (found !== wanted) throw new Error(`${what}:\n  is     ${found}\n  should ${wanted}`);
}
