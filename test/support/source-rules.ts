import {
  isSyntaxNode,
  lineOf,
  nameOf,
  type Place,
  type SourceFile,
  type SyntaxNode,
  treeOf,
  walk,
} from "./syntax-tree.ts";

/** Globals that only a host may touch, wherever they are mentioned as a value. */
const BANNED_GLOBALS = new Set([
  "console",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "performance",
  "process",
  "Bun",
  "Deno",
]);
const BANNED_MEMBERS = new Set(["Date.now", "Math.random"]);

function bannedMember(node: SyntaxNode): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const [object, property] = [nameOf(node.object), nameOf(node.property)];
  if (object === "globalThis" && property !== undefined && BANNED_GLOBALS.has(property)) return property;
  const member = `${object}.${property}`;
  return BANNED_MEMBERS.has(member) ? member : undefined;
}

/** `new Date()` reads the clock; `new Date(ms)` does not. */
function readsClock(node: SyntaxNode): boolean {
  const { arguments: given } = node;
  return node.type === "NewExpression" && nameOf(node.callee) === "Date" && Array.isArray(given) && given.length === 0;
}

/** Whether an identifier stands for a value and not for the name of a property, a key or a type. */
function isReference(node: SyntaxNode, { parent, key }: Place): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  const isName = key === "property" || key === "key";
  if (isName && parent.computed !== true) return parent.shorthand === true;
  return !parent.type.startsWith("TS") || key === "expression";
}

/** Mentions of the clock, randomness, timers, the console and the network. */
export function bannedGlobals(file: SourceFile): string[] {
  const found: string[] = [];
  const report = (node: SyntaxNode, what: string) =>
    found.push(`${file.path}:${lineOf(file.text, node.start)} ${what}`);
  walk(treeOf(file), (node, place) => {
    const member = bannedMember(node);
    if (member !== undefined) report(node, member);
    if (readsClock(node)) report(node, "new Date()");
    const name = nameOf(node);
    if (name !== undefined && BANNED_GLOBALS.has(name) && isReference(node, place)) report(node, name);
  });
  return found;
}

export function explicitAny(file: SourceFile): string[] {
  const found: string[] = [];
  walk(treeOf(file), (node) => {
    if (node.type === "TSAnyKeyword") found.push(`${file.path}:${lineOf(file.text, node.start)}`);
  });
  return found;
}

const CASTS = new Set(["TSAsExpression", "TSTypeAssertion", "TSNonNullExpression"]);
/** The reason stands on the line of the cast or up to so many above it. */
const REASON_LINES = 2;

function isConst(type: unknown): boolean {
  return isSyntaxNode(type) && nameOf(type.typeName) === "const";
}

/** Casts, non-null assertions included, without a `// SAFETY:` reason. */
export function unexplainedCasts(file: SourceFile): string[] {
  const lines = file.text.split("\n");
  const found: string[] = [];
  walk(treeOf(file), (node) => {
    if (!CASTS.has(node.type) || isConst(node.typeAnnotation)) return;
    const [first, last] = [lineOf(file.text, node.start), lineOf(file.text, node.end)];
    const nearby = lines.slice(Math.max(0, first - 1 - REASON_LINES), last);
    if (!nearby.some((line) => line.includes("// SAFETY:"))) found.push(`${file.path}:${first}`);
  });
  return found;
}

/** Files with more lines than `maxLines`. */
export function longFiles(files: readonly SourceFile[], maxLines: number): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}
