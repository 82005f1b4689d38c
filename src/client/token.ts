import { ParleyError } from "../protocol/errors.ts";

/** A user token, or a function that fetches one; it is called again when a token has expired. */
export type TokenSource = string | (() => string | Promise<string>);

export async function tokenFrom(source: TokenSource): Promise<string> {
  return typeof source === "string" ? source : source();
}

/** The user that a token is for. The server checks the signature; the SDK only wants to know its own name. */
export function userOf(token: string): string {
  try {
    const [, claims = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(claims.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const payload: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof payload === "object" && payload !== null && "sub" in payload && typeof payload.sub === "string") {
      return payload.sub;
    }
  } catch (cause) {
    throw new ParleyError("BAD_CREDENTIALS", "not a JWT", { cause });
  }
  throw new ParleyError("BAD_CREDENTIALS", "the token names no user");
}
