import { createHash } from "node:crypto";
import type { Counter } from "./vendor.ts";
import { type SimulatedRequest, textOf } from "./vendor.ts";

export type Json = Readonly<Record<string, unknown>>;

export function formOf(request: SimulatedRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(textOf(request)));
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function jsonOf(text: string | undefined): Json {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

export function field(json: Json, name: string): Json {
  const value = json[name];
  return isJson(value) ? value : {};
}

/** A list of tokens, as JSON or separated by commas. */
export function listOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").filter((token) => token !== "");
  return Array.isArray(value) ? value.map(String) : [];
}

export function digestOf(algorithm: "md5" | "sha256", text: string): string {
  return createHash(algorithm).update(text, "utf8").digest("hex");
}

/** Within a vendor's limit of characters, and not blank. */
export function isText(value: unknown, maxCharacters: number): value is string {
  return typeof value === "string" && value.trim() !== "" && [...value].length <= maxCharacters;
}

/** An ordered error that a vendor answers for the request as a whole, if there is one among those of its tokens. */
export function wholeError({ errors }: Counter, ofTokens: ReadonlySet<string>): string | undefined {
  return [...errors.values()].find((code) => !ofTokens.has(code));
}
