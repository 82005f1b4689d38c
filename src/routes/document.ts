import type { OpenAPIHono } from "@hono/zod-openapi";
import { nameComponents } from "./components.ts";
import type { Authenticated } from "./router.ts";

const TAGS = [
  { name: "Tokens", description: "What your users' clients connect with." },
  { name: "Messages", description: "Send, in one session or many." },
  { name: "Sessions", description: "A conversation: its history, and what is done to its messages." },
  { name: "Operations", description: "For whoever runs the server." },
] as const;

const DESCRIPTION = `Instant messaging over HTTP, with the guarantees of the sockets: what is answered is durable, a session has one
total order, and a repeated request is done once.

A **server key** acts for its app, in the name of any of its users; a **user token** acts for its user. Every error is an
RFC 9457 problem with a stable \`code\` and \`name\`.`;

/** The OpenAPI 3.1 document of all operations. */
export function documentOf(app: OpenAPIHono<Authenticated>) {
  nameComponents();
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent("securitySchemes", "serverKey", {
    type: "http",
    scheme: "bearer",
    description: "`sk_<app>_<secret>`, for your servers only.",
  });
  openAPIRegistry.registerComponent("securitySchemes", "userToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "From `POST /v1/tokens`.",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Parley",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/" }],
    tags: [...TAGS],
  });
}
