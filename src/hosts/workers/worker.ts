import type { Hono } from "hono";
import type { RoomCall } from "../../kernel/effects.ts";
import { addressOf } from "../../kernel/room-name.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob } from "../../protocol/rpc/queue-job.ts";
import { retentionOf } from "../../queues/archive/retention.ts";
import type { ConsumerPorts, Consumers } from "../../queues/consumer.ts";
import { consumersOf } from "../../queues/consumers.ts";
import { createApp } from "../../routes/app.ts";
import { ConfigError } from "../../routes/config.ts";
import { fetchHttp } from "../fetch-http.ts";
import type { SpanExport } from "../span-export.ts";
import { askMailbox, type Bindings, callRoom, callTraced, type Traced } from "./bindings.ts";
import { configOf, readDeployment } from "./configuration.ts";
import { consume } from "./consume.ts";
import { loggerOf, measures, report, tracingOf } from "./isolate.ts";
import { askApp, forgetApp } from "./known-apps.ts";
import { archiveOf, askArchive, askService, enqueue } from "./services.ts";
import { upgrade } from "./upgrade.ts";

export { AppObject } from "./app-object.ts";
export { DirectoryObject } from "./directory-object.ts";
export { HookObject } from "./hook-object.ts";
export { JobObject } from "./job-object.ts";
export { LettersObject } from "./letters-object.ts";
export { MailboxObject } from "./mailbox-object.ts";
export { PushTokenObject } from "./push-token-object.ts";
export { SessionObject } from "./session-object.ts";

interface App extends Pick<Hono, "fetch"> {
  readonly tracing?: SpanExport | undefined;
}

/** Made with the first request; the bindings stay the same for the life of an isolate. */
let app: App | undefined;
/** With the first batch. */
let consumers: Consumers | undefined;

function appOf(bindings: Bindings): App {
  const config = readDeployment(bindings);
  const tracing = tracingOf(bindings);
  const { fetch } = createApp({
    config,
    clock: { nowMs: () => Date.now() },
    measures,
    http: fetchHttp,
    logger: loggerOf(config.logLevel),
    tracing,
    call: (room, call) => callFromRoute(bindings, { room, trace: tracing?.current }, call),
    ask: (room, state, frame) => askMailbox(bindings, { room, state, trace: tracing?.current }, frame),
    enqueue: (queue, jobs) => enqueue(bindings, queue, jobs),
    settings: (app, age) => askApp(bindings, app, age),
    decide: (call) => askService(bindings, { service: "@hook", call }),
    archive: (call) => askArchive(bindings, call),
    upgrade: (_, opening) => upgrade(bindings, opening),
  });
  return { fetch, tracing };
}

/** Calls to the room of an app after which its settings are others. */
const CHANGES: ReadonlySet<string> = new Set(["app.set", "app.status"]);

/** Whoever changes an app sees the change with the next request to the same isolate. */
async function callFromRoute(bindings: Bindings, to: Traced, call: RoomCall): Promise<Outcome> {
  const outcome = await callTraced(bindings, to, call);
  const { kind, app } = addressOf(to.room);
  if (kind === "app" && CHANGES.has(call.type)) forgetApp(app);
  return outcome;
}

/** Without its secrets a deployment serves nothing, and says why: names of variables, never values. */
function refusing(error: ConfigError): App {
  report("configuration", error);
  const detail = error.message;
  const body = {
    type: "about:blank",
    title: "the service is not configured",
    status: 503,
    detail,
    code: 7,
    name: "REFUSED",
  };
  return {
    fetch: () =>
      new Response(JSON.stringify(body), { status: 503, headers: { "Content-Type": "application/problem+json" } }),
  };
}

function appOrRefusal(bindings: Bindings): App {
  try {
    return appOf(bindings);
  } catch (error) {
    if (error instanceof ConfigError) return refusing(error);
    throw error;
  }
}

function queuePortsOf(bindings: Bindings): ConsumerPorts {
  return {
    call: (room, call) => callRoom(bindings, room, call),
    settings: (app) => askApp(bindings, app),
    clock: { nowMs: () => Date.now() },
    random: () => Math.random(),
    measures,
    // It speaks HTTP/1.1 to origins: where Apple does not take that, a gateway is configured.
    http: fetchHttp,
    archive: archiveOf(bindings),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onFault: (fault) => report("consumer", fault),
  };
}

export default {
  async fetch(request, bindings, ctx) {
    app ??= appOrRefusal(bindings);
    const response = await app.fetch(request);
    if (app.tracing !== undefined) ctx.waitUntil(app.tracing.flush());
    return response;
  },
  async scheduled(_, bindings) {
    await retentionOf(configOf(bindings).retention, queuePortsOf(bindings))?.run();
  },
  async queue(batch, bindings) {
    const ports = queuePortsOf(bindings);
    consumers ??= consumersOf(configOf(bindings), ports);
    const tracing = tracingOf(bindings);
    await consume(batch, consumers, { ...ports, tracer: tracing?.tracer });
    await tracing?.flush();
  },
} satisfies ExportedHandler<Bindings, QueueJob>;
