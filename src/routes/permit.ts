import { createMiddleware } from "hono/factory";
import { ParleyError } from "../protocol/errors.ts";
import type { KeyScope } from "../protocol/rpc/app-settings.ts";
import type { Authenticated } from "./router.ts";

/** Who may call: `server`: server keys only · `root`: whoever runs the deployment · `public`: whoever comes · otherwise server keys and user tokens. */
export type Access = "server" | "any" | "public" | "root";

/** Every scope that an operation asks for. Filled as the operations are made. */
export const OPERATION_SCOPES = new Set<KeyScope>(["admin"]);

/** Lets through who may call the operation, before its request is looked at. */
export function permit(access: Access, scope: KeyScope) {
  OPERATION_SCOPES.add(scope);
  return createMiddleware<Authenticated>(async (c, next) => {
    const principal = c.get("principal");
    if (principal.kind === "user" && access === "server")
      throw new ParleyError("ACCESS_DENIED", "a server key is needed");
    if (principal.key !== undefined && !grants(principal.key.scopes, scope)) {
      throw new ParleyError("SCOPE_MISSING", scope);
    }
    await next();
  });
}

function grants(scopes: readonly KeyScope[], scope: KeyScope): boolean {
  return scopes.includes(scope) || (scope !== "admin" && scopes.includes("*"));
}
