import { auditRoutes } from "./audit-routes.ts";
import { banRoutes } from "./ban-routes.ts";
import { batchRoutes } from "./batch-routes.ts";
import { beforeSendRoutes } from "./before-send-routes.ts";
import { broadcastRoutes } from "./broadcast-routes.ts";
import type { Deps } from "./deps.ts";
import { deviceRoutes } from "./device-routes.ts";
import { directoryRoutes } from "./directory-routes.ts";
import { eraseRoutes } from "./erase-routes.ts";
import { exportRoutes } from "./export-routes.ts";
import { friendRoutes } from "./friend-routes.ts";
import { gateRoutes } from "./gate-routes.ts";
import { groupRoutes } from "./group-routes.ts";
import { importRoutes } from "./import-routes.ts";
import { inboxRoutes } from "./inbox-routes.ts";
import { jobRoutes } from "./job-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { memberRoutes } from "./member-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { noticeRoutes } from "./notice-routes.ts";
import { observerRoutes } from "./observer-routes.ts";
import { presenceRoutes } from "./presence-routes.ts";
import { pushPackageRoutes } from "./push-package-routes.ts";
import { pushRoutes } from "./push-routes.ts";
import { queueRoutes } from "./queue-routes.ts";
import { newRouter } from "./router.ts";
import { searchRoutes } from "./search-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import type { Tokens } from "./tokens.ts";
import { userRoutes } from "./user-routes.ts";
import { webhookLogRoutes } from "./webhook-log-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** What needs credentials. Each family of routes is a file of its own, and chained here so that the client knows it. */
export function apiRoutes(deps: Deps, tokens: Tokens) {
  return newRouter()
    .route("/", tokenRoutes(deps, tokens))
    .route("/", messageRoutes(deps))
    .route("/", batchRoutes(deps))
    .route("/", sessionRoutes(deps))
    .route("/", groupRoutes(deps))
    .route("/", memberRoutes(deps))
    .route("/", gateRoutes(deps))
    .route("/", userRoutes(deps))
    .route("/", directoryRoutes(deps))
    .route("/", banRoutes(deps))
    .route("/", deviceRoutes(deps))
    .route("/", pushRoutes(deps))
    .route("/", pushPackageRoutes(deps))
    .route("/", inboxRoutes(deps))
    .route("/", searchRoutes(deps))
    .route("/", exportRoutes(deps))
    .route("/", eraseRoutes(deps))
    .route("/", importRoutes(deps))
    .route("/", friendRoutes(deps))
    .route("/", noticeRoutes(deps))
    .route("/", broadcastRoutes(deps))
    .route("/", jobRoutes(deps))
    .route("/", keyRoutes(deps))
    .route("/", settingsRoutes(deps))
    .route("/", webhookRoutes(deps))
    .route("/", webhookLogRoutes(deps))
    .route("/", beforeSendRoutes(deps))
    .route("/", queueRoutes(deps))
    .route("/", presenceRoutes(deps))
    .route("/", observerRoutes(deps))
    .route("/", auditRoutes(deps));
}
