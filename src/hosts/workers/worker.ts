import type { Hono } from "hono";
import type { RoomCall } from "../../kernel/effects.ts";
import { addressOf, type RoomName } from "../../kernel/room-name.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob } from "../../protocol/rpc/queue-job.ts";
import type { ConsumerPorts, Consumers } from "../../queues/consumer.ts";
import { consumersOf } from "../../queues/consumers.ts";
import { createApp } from "../../routes/app.ts";
import { ConfigError, readConfig } from "../../routes/config.ts";
import { fetchHttp } from "../fetch-http.ts";
import { askMailbox, type Bindings, callRoom, report } from "./bindings.ts";
import { consume } from "./consume.ts";
import { measures } from "./isolate.ts";
import { askApp, forgetApp } from "./known-apps.ts";
import { archiveOf, askArchive, enqueue } from "./services.ts";
import { upgrade } from "./upgrade.ts";

export { AppObject } from "./app-object.ts";
export { HookObject } from "./hook-object.ts";
export { JobObject } from "./job-object.ts";
export { LettersObject } from "./letters-object.ts";
export { MailboxObject } from "./mailbox-object.ts";
export { PushTokenObject } from "./push-token-object.ts";
export { SessionObject } from "./session-object.ts";

type App = Pick<Hono, "fetch">;

/** Made with the first request; the bindings stay the same for the life of an isolate. */
let app: App | undefined;
/** With the first batch. */
let consumers: Consumers | undefined;

function appOf(bindings: Bindings): App {
  return createApp({
    config: readConfig({ PARLEY_ENV: "production", ...bindings }),
    clock: { nowMs: () => Date.now() },
    measures,
    http: fetchHttp,
    call: (room, call) => callFromRoute(bindings, room, call),
    ask: (room, state, frame) => askMailbox(bindings, { room, state }, frame),
    enqueue: (queue, jobs) => enqueue(bindings, queue, jobs),
    settings: (app, age) => askApp(bindings, app, age),
    archive: (call) => askArchive(bindings, call),
    upgrade: (_, opening) => upgrade(bindings, opening),
    onFault: (fault) => report("route", fault),
  });
}

/** Whoever changes an app sees the change with the next request to the same isolate. */
async function callFromRoute(bindings: Bindings, room: RoomName, call: RoomCall): Promise<Outcome> {
  const outcome = await callRoom(bindings, room, call);
  const { kind, app } = addressOf(room);
  if (kind === "app" && call.type !== "app.settings") forgetApp(app);
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
  fetch(request, bindings) {
    app ??= appOrRefusal(bindings);
    return app.fetch(request);
  },
  async queue(batch, bindings) {
    const ports = queuePortsOf(bindings);
    consumers ??= consumersOf(readConfig({ PARLEY_ENV: "production", ...bindings }), ports);
    await consume(batch, consumers, ports);
  },
} satisfies ExportedHandler<Bindings, QueueJob>;
