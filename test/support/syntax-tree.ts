import { parseAst } from "vitest/node";

/** A node of the ESTree that the parser makes, TypeScript's nodes included. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** One TypeScript file. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

export function treeOf({ path, text }: SourceFile): SyntaxNode {
  const tree: unknown = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path);
  if (!isSyntaxNode(tree)) throw new Error(`${path}: not parsed`);
  return tree;
}

/** Where a node hangs in its parent. */
export interface Place {
  readonly parent: SyntaxNode | undefined;
  readonly key: string;
}

/** Calls `visit` for every node, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, place: Place) => void): void {
  const pending: { node: SyntaxNode; place: Place }[] = [{ node, place: { parent: undefined, key: "" } }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next.node, next.place);
    for (const [key, value] of Object.entries(next.node)) {
      const children: unknown[] = Array.isArray(value) ? value : [value];
      for (const child of children) {
        if (isSyntaxNode(child)) pending.push({ node: child, place: { parent: next.node, key } });
      }
    }
  }
}

/** The name of an identifier, `undefined` for any other node. */
export function nameOf(value: unknown): string | undefined {
  return isSyntaxNode(value) && value.type === "Identifier" ? String(value.name) : undefined;
}

/** 1 for the first line. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
