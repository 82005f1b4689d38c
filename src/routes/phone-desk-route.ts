import { Hono } from "hono";
import type { Deps } from "./deps.ts";

const TIMEOUT_MS = 5_000;

/**
 * `GET /dev/push`: whether there are simulated phones, which the chat page asks every server under development. Where there are,
 * `/dev/push/…` is their desk, in this process or another, under the page's own origin.
 */
export function phoneDeskRoutes({ config: { phoneDesk: desk }, http }: Deps): Hono {
  const routes = new Hono().get("/", (c) => c.json({ phones: desk !== undefined }));
  if (desk === undefined) return routes;
  return routes.all("/:place{.+}", async (c) => {
    const { status, body } = await http({
      method: c.req.method === "POST" ? "POST" : "GET",
      url: `${desk}/${c.req.param("place")}${new URL(c.req.url).search}`,
      headers: {},
      timeoutMs: TIMEOUT_MS,
      http2: false,
    });
    return new Response(body, { status, headers: { "Content-Type": "application/json" } });
  });
}
