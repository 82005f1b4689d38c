import { AppId, UserId } from "./ids.ts";

/**
 * A push of a user, unique in a deployment. It says whose it is, because vendors carry nothing else back to us in their receipts,
 * and short ones only: 64 characters.
 */
export function pushIdOf(app: AppId, userId: UserId, number: number): string {
  return `${app}/${userId}/${number.toString(36)}`;
}

/** Its number among those of its user; not a number for what is no id of a push. */
export function numberOfPush(pushId: string): number {
  return Number.parseInt(pushId.slice(pushId.lastIndexOf("/") + 1), 36);
}

/** Whose push it is; `undefined` for what is no id of a push. */
export function ownerOfPush(pushId: string): { readonly app: AppId; readonly userId: UserId } | undefined {
  const [app, userId, number, ...rest] = pushId.split("/");
  const parsed = [AppId.safeParse(app), UserId.safeParse(userId)] as const;
  if (number === undefined || rest.length > 0 || !parsed[0].success || !parsed[1].success) return undefined;
  return { app: parsed[0].data, userId: parsed[1].data };
}
