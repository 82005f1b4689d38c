import type { OpenAPIHono } from "@hono/zod-openapi";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import { nameComponents } from "./components.ts";
import { problemBody } from "./problem.ts";
import type { Authenticated } from "./router.ts";

const TAGS = [
  { name: "Tokens", description: "What your users' clients connect with." },
  { name: "Messages", description: "Send, in one session or many." },
  { name: "Sessions", description: "A conversation: its history, and what is done to its messages." },
  { name: "Groups", description: "Members, roles and order." },
  { name: "Users", description: "Profiles, devices, and what they have read." },
  { name: "Observers", description: "Whoever follows sessions without being a member." },
  { name: "Friends", description: "How users stand to each other." },
  { name: "Notices", description: "From your business to its users, who read and do not answer." },
  { name: "Jobs", description: "Long work that was begun: how far it is, and its end." },
  { name: "Keys", description: "API keys of your app, with their scopes." },
  { name: "Settings", description: "What your app decides for itself, and who decided it." },
  { name: "Apps", description: "For whoever runs the deployment: its apps." },
  { name: "Operations", description: "For whoever runs the server." },
];

const DESCRIPTION = `Instant messaging over HTTP, with the guarantees of the sockets: what is answered is durable, a session has one
total order, and a repeated request is done once.

A **server key** acts for its app, in the name of any of its users; a **user token** acts for its user. An API key (\`ak_…\`) does what
its scopes allow, and no more than so many requests per second, which the \`RateLimit\` headers tell. Every error is an
RFC 9457 problem with a stable \`code\` and \`name\`.`;

const SECURITY_SCHEMES = {
  serverKey: {
    type: "http",
    scheme: "bearer",
    description:
      "For your servers only: an API key from `POST /v1/keys`, which needs the scope that is named here, or a key of the deployment's configuration (`sk_…`), which needs none.",
  },
  rootKey: { type: "http", scheme: "bearer", description: "`PARLEY_ROOT_KEY`, for whoever runs the deployment." },
  userToken: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "From `POST /v1/tokens`." },
} as const;

/** The OpenAPI 3.1 document of all operations. */
export function documentOf(app: OpenAPIHono<Authenticated>): object {
  nameComponents();
  const { components, ...document } = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Parley",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/" }],
    tags: TAGS,
  });
  const examples = problemsIn(JSON.stringify(document));
  return { ...document, components: { ...components, examples, securitySchemes: SECURITY_SCHEMES } };
}

/** The examples that operations refer to. */
function problemsIn(text: string): Record<string, { value: object }> {
  const names = Object.keys(ERRORS) as ErrorName[]; // SAFETY: the table's keys
  const used = names.filter((name) => text.includes(`"#/components/examples/${name}"`));
  return Object.fromEntries(used.map((name) => [name, { value: problemBody(name) }]));
}
