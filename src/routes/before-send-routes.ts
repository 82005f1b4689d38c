import { z } from "zod";
import { appRoom } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import { Done } from "../protocol/frames/done.ts";
import type { AppId } from "../protocol/ids.ts";
import { type AppSettings, BeforeSend } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { actorOf } from "./principal.ts";
import { newRouter } from "./router.ts";
import { appOf, newSecret, requireCallable } from "./webhook-routes.ts";

const OLD_SECRET_SIGNS_MS = 86_400_000;

const Shown = BeforeSend.omit({ oldSecret: true });
const example = {
  url: "https://hooks.example/before-send",
  timeoutMs: 300,
  onFailure: "open",
  sessions: ["group"],
  serverKeys: false,
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
};
const { secret: _, ...exampleBody } = example;

const given = { path: "/before-send", tag: "Webhooks", access: "server", request: {} } as const;

const setBeforeSend = operation({
  ...given,
  method: "put",
  id: "setBeforeSend",
  summary: "Be asked before a message is stored",
  description:
    "Your server may allow, reject or replace what users send, and with `serverKeys` what your servers send, within `timeoutMs`. Its secret stays the same unless `newSecret` is given; then the old one signs for a day more. On Workers it takes up to a minute until all of it is in force.",
  request: {
    body: BeforeSend.omit({ secret: true, oldSecret: true }).extend({ newSecret: z.literal(true).optional() }),
  },
  example: exampleBody,
  answer: Shown,
  answerExample: example,
});

const readBeforeSend = operation({
  ...given,
  method: "get",
  id: "readBeforeSend",
  summary: "Read who is asked before a message is stored",
  answer: z.object({ beforeSend: Shown.optional() }),
  answerExample: { beforeSend: example },
});

const deleteBeforeSend = operation({
  ...given,
  method: "delete",
  id: "deleteBeforeSend",
  summary: "Be asked no more",
  answer: Done,
});

/** The hook that is asked before a message is stored. It stands in the app's settings. */
export function beforeSendRoutes(deps: Deps) {
  return newRouter()
    .openapi(setBeforeSend, async (c) => {
      const { newSecret: isRotated, ...asked } = c.req.valid("json");
      requireCallable(deps, asked.url);
      const by = actorOf(c.get("principal"));
      return c.json(shown(await set(deps, appOf(c), { asked, isRotated, by })), 200);
    })
    .openapi(readBeforeSend, async (c) => {
      const { beforeSend } = await settingsOf(deps, appOf(c));
      return c.json(beforeSend === undefined ? {} : { beforeSend: shown(beforeSend) }, 200);
    })
    .openapi(deleteBeforeSend, async (c) => {
      const by = actorOf(c.get("principal"));
      const set = { type: "app.set", section: "beforeSend", id: "", value: null, by } as const;
      unwrap(await deps.call(appRoom(appOf(c)), set));
      return c.json({}, 200);
    });
}

interface Setting {
  readonly asked: Omit<BeforeSend, "secret" | "oldSecret">;
  readonly isRotated: true | undefined;
  readonly by: string;
}

/** Only while the setting is as it was read, so that no secret that was told is lost. */
async function set(deps: Deps, app: AppId, { asked, isRotated, by }: Setting): Promise<BeforeSend> {
  const { beforeSend: before } = await settingsOf(deps, app);
  const oldSecret = before && { text: before.secret, untilMs: deps.clock.nowMs() + OLD_SECRET_SIGNS_MS };
  const secrets =
    before !== undefined && isRotated === undefined
      ? { secret: before.secret, ...(before.oldSecret === undefined ? {} : { oldSecret: before.oldSecret }) }
      : { secret: newSecret(), ...(oldSecret === undefined ? {} : { oldSecret }) };
  const value = { ...asked, ...secrets };
  const call = { type: "app.set", section: "beforeSend", id: "", value, before: before ?? null, by } as const;
  const outcome = await deps.call(appRoom(app), call);
  if (!outcome.ok && outcome.error === "PRECONDITION_FAILED") throw new ParleyError("UNAVAILABLE", "changed meanwhile");
  unwrap(outcome);
  return value;
}

function shown({ oldSecret: _, ...hook }: BeforeSend): z.infer<typeof Shown> {
  return hook;
}

/** As they are, not as they are remembered. */
async function settingsOf(deps: Deps, app: AppId): Promise<AppSettings> {
  return unwrap(await deps.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what it answers with
}
