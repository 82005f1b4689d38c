import { z } from "zod";
import { jobRoom, mailboxRoom } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import {
  DevicePushOffResult,
  PushListResult,
  PushRegistration,
  PushSettings,
  PushSettingsFrame,
  PushToken,
} from "../protocol/frames/push.ts";
import { DeviceId, JobId, PackId, UserId } from "../protocol/ids.ts";
import { jobIdOf } from "../protocol/job-id.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { PushLogPage, PushNotification } from "../protocol/rpc/push-call.ts";
import { asUser, requireServer } from "./acting.ts";
import { Audience, FOR_EVERYBODY } from "./audience.ts";
import { EXAMPLE_JOB } from "./components.ts";
import type { Deps } from "./deps.ts";
import { HTTP, idempotencyKeyOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const TokenId = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .meta({ example: "0123456789ABCDEFGHJKMNPQRS" });
const tag = "Push";

const registerPushToken = operation({
  method: "post",
  path: "/users/{userId}/push-tokens",
  id: "registerPushToken",
  tag,
  summary: "Register where a device gets pushes",
  description:
    "A token of its push service, or a subscription of Web Push. It is in the place of an older one of the same device, provider and package; what another user registered under the same token ends.",
  request: { params: ofUser, body: PushRegistration.safeExtend({ deviceId: DeviceId }) },
  example: { deviceId: "alice-phone", provider: "fcm", token: "token-of-alice", packageName: "org.example.chat" },
  answer: PushToken,
});

const listPushTokens = operation({
  method: "get",
  path: "/users/{userId}/push-tokens",
  id: "listPushTokens",
  tag,
  summary: "Where a user gets pushes",
  request: { params: ofUser },
  answer: PushListResult,
});

const removePushToken = operation({
  method: "delete",
  path: "/users/{userId}/push-tokens/{tokenId}",
  id: "removePushToken",
  tag,
  summary: "End a registration",
  description: "Logging out and kicking a device do it, too.",
  request: { params: z.object({ userId: UserId, tokenId: TokenId }) },
  answer: DevicePushOffResult,
});

const getPushSettings = operation({
  method: "get",
  path: "/users/{userId}/push-settings",
  id: "getPushSettings",
  tag,
  summary: "What a user wants of pushes",
  request: { params: ofUser },
  answer: PushSettings,
});

const updatePushSettings = operation({
  method: "patch",
  path: "/users/{userId}/push-settings",
  id: "updatePushSettings",
  tag,
  summary: "Change what a user wants of pushes",
  description: "What is not given stays; `null` takes a setting away. Single sessions are muted by their attributes.",
  request: { params: ofUser, body: PushSettingsFrame.shape.settings },
  example: { quiet: { from: "22:00", to: "07:00" }, timeZone: "Europe/Berlin", hideContent: null },
  answer: PushSettings,
});

const readPushLog = operation({
  method: "get",
  path: "/users/{userId}/push-log",
  id: "readPushLog",
  tag,
  summary: "What became of a user's pushes",
  description: "Of the last 7 days, the newest first. It says nothing of what they showed.",
  access: "server",
  request: {
    params: ofUser,
    query: z.object({
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE_LIMIT).optional(),
    }),
  },
  answer: PushLogPage,
});

const sendPush = operation({
  method: "post",
  path: "/push",
  id: "sendPush",
  tag,
  summary: "Push to users without a message",
  description: `Starts a job, which is durable when this is answered. Each user is pushed once, on all their devices or those of some \`providers\`, unless they want none or it is in their quiet hours. The same \`packId\` (or \`Idempotency-Key\`) is the same job.
${FOR_EVERYBODY}`,
  access: "server",
  status: 202,
  request: {
    body: z.object({
      /** Required unless the request has an `Idempotency-Key`. */
      packId: PackId.optional(),
      users: Audience,
      notification: PushNotification,
    }),
  },
  example: {
    packId: "push-1",
    users: ["alice", "bob"],
    notification: {
      title: "Hello {name}",
      body: "Your parcel has arrived.",
      translations: { de: { body: "Dein Paket ist da." } },
      values: { name: "friend" },
    },
  },
  answer: z.object({ jobId: JobId }),
  answerExample: { jobId: EXAMPLE_JOB },
  errors: ["PACK_CONFLICT"],
});

/** Where users get pushes, what they want of them, and pushes that are no messages. */
export function pushRoutes(deps: Deps) {
  return newRouter()
    .openapi(registerPushToken, async (c) => {
      const { deviceId, ...registration } = c.req.valid("json");
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "device.push", packId: HTTP, deviceId, registration }), 200);
    })
    .openapi(listPushTokens, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "push.list", packId: HTTP }), 200);
    })
    .openapi(removePushToken, async (c) => {
      const { userId, tokenId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "device.pushOff", packId: HTTP, tokenId }), 200);
    })
    .openapi(getPushSettings, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "push.settings", packId: HTTP, settings: {} }), 200);
    })
    .openapi(updatePushSettings, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "push.settings", packId: HTTP, settings: c.req.valid("json") }), 200);
    })
    .openapi(readPushLog, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const room = mailboxRoom(principal.app, c.req.valid("param").userId);
      const outcome = await deps.call(room, { type: "push.log", ...c.req.valid("query") });
      return c.json(unwrap(outcome) as PushLogPage, 200); // SAFETY: what the call answers with
    })
    .openapi(sendPush, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const { packId = idempotencyKeyOf(c), users, notification } = c.req.valid("json");
      if (packId === undefined) throw new ParleyError("BAD_PARAMETER", "packId: or an Idempotency-Key");
      const jobId = jobIdOf(principal.app, packId);
      const job = { kind: "push", notification } as const;
      unwrap(await deps.call(jobRoom(principal.app, jobId), { type: "start", job, targets: users }));
      return c.json({ jobId }, 202, { Location: `/v1/jobs/${jobId}` });
    });
}
