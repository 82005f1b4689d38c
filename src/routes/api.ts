import type { Deps } from "./deps.ts";
import { jobRoutes } from "./job-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { noticeRoutes } from "./notice-routes.ts";
import { newRouter } from "./router.ts";
import { tokenRoutes } from "./token-routes.ts";
import type { Tokens } from "./tokens.ts";

/** What needs credentials. Each family of routes is a file of its own, and chained here so that the client knows it. */
export function apiRoutes(deps: Deps, tokens: Tokens) {
  return newRouter()
    .route("/", tokenRoutes(deps, tokens))
    .route("/", messageRoutes(deps))
    .route("/", noticeRoutes(deps))
    .route("/", jobRoutes(deps));
}
