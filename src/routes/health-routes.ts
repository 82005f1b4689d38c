import { z } from "zod";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const health = operation({
  method: "get",
  path: "/healthz",
  id: "health",
  tag: "Operations",
  summary: "Whether the process answers",
  access: "public",
  request: {},
  answer: z.object({ status: z.literal("ok") }),
});

export function healthRoutes() {
  return newRouter().openapi(health, (c) => c.json({ status: "ok" as const }, 200));
}
