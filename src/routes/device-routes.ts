import { z } from "zod";
import { DeviceKickResult, DeviceListResult } from "../protocol/frames/device.ts";
import { DeviceId, UserId } from "../protocol/ids.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const tag = "Users";

const listDevices = operation({
  method: "get",
  path: "/users/{userId}/devices",
  id: "listDevices",
  tag,
  summary: "Where a user is logged in",
  request: { params: ofUser },
  answer: DeviceListResult,
});

const kickDevice = operation({
  method: "delete",
  path: "/users/{userId}/devices/{deviceId}",
  id: "kickDevice",
  tag,
  summary: "Log a device out",
  description: "Its connection is closed, and its token does not connect again.",
  request: { params: z.object({ userId: UserId, deviceId: DeviceId }) },
  answer: DeviceKickResult,
  errors: ["NO_SUCH_DEVICE"],
});

const kickDevices = operation({
  method: "delete",
  path: "/users/{userId}/devices",
  id: "kickDevices",
  tag,
  summary: "Log a user out everywhere",
  request: { params: ofUser },
  answer: DeviceKickResult,
});

/** A user's devices. */
export function deviceRoutes(deps: Deps) {
  return newRouter()
    .openapi(listDevices, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "device.list", packId: HTTP }), 200);
    })
    .openapi(kickDevice, async (c) => {
      const { userId, deviceId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "device.kick", packId: HTTP, deviceId }), 200);
    })
    .openapi(kickDevices, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      // None of them asks: all of them are others.
      return c.json(await ask({ type: "device.kickOthers", packId: HTTP }), 200);
    });
}
