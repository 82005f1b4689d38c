import { posix } from "node:path";
import { isSyntaxNode, lineOf, type SourceFile, treeOf, walk } from "./syntax-tree.ts";

/** An import, type imports and re-exports included. */
export interface Import {
  readonly from: string;
  readonly line: number;
  /** As it is written. */
  readonly specifier: string;
  /** The file, from the root of the repository; `undefined` for a package or a runtime's module. */
  readonly to: string | undefined;
}

export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  walk(treeOf(file), (node) => {
    const { source } = node;
    if (!isSyntaxNode(source) || typeof source.value !== "string") return;
    const specifier = source.value;
    const to = specifier.startsWith(".") ? posix.join(posix.dirname(file.path), specifier) : undefined;
    imports.push({ from: file.path, line: lineOf(file.text, node.start), specifier, to });
  });
  return imports;
}

/** Tests lie beside their source; they are no layer and may import what they test with. */
export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** What each layer may import besides itself. Each room is a layer of its own. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  kernel: ["protocol"],
  rooms: ["protocol", "kernel"],
  archive: ["protocol", "kernel"],
  queues: ["protocol", "kernel", "archive"],
  client: ["protocol", "kernel"],
  routes: ["protocol", "kernel", "rooms", "archive", "queues", "client"],
  hosts: ["protocol", "kernel", "rooms", "archive", "queues", "client", "routes"],
  page: ["protocol", "kernel", "client"],
};

/** `src/rooms/session/log.ts` → layer `rooms`, unit `rooms/session`. */
function unitOf(path: string): { layer: string; unit: string } {
  const [top, layer = "", room = ""] = path.split("/");
  if (top !== "src") return { layer: `outside src: ${top}`, unit: path };
  return { layer, unit: layer === "rooms" ? `${layer}/${room}` : layer };
}

/** Imports of source files against the arrows. */
export function wrongArrows(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, line, to }) => {
    if (to === undefined || isTest(from)) return [];
    const [source, target] = [unitOf(from), unitOf(to)];
    const allowed = ARROWS[source.layer]?.includes(target.layer) === true || source.unit === target.unit;
    return allowed && !isTest(to) ? [] : [`${from}:${line} imports ${to}`];
  });
}

const RUNTIME_MODULE = /^(node|bun|deno|cloudflare|jsr|npm):|^bun$/;

/** Runtime modules outside of `mayUseRuntime`. */
export function runtimeModules(imports: readonly Import[], mayUseRuntime: (path: string) => boolean): string[] {
  return imports
    .filter(({ from, specifier }) => RUNTIME_MODULE.test(specifier) && !mayUseRuntime(from))
    .map(({ from, line, specifier }) => `${from}:${line} imports ${specifier}`);
}

/** One cycle per group of files that import each other, as the path through it. */
export function cycles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to !== undefined) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const enter = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) found.push([...trail.slice(seenAt), path].join(" -> "));
    if (seenAt >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) enter(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) enter(path, []);
  return found;
}
