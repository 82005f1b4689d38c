import { directoryRoom, directoryRooms } from "../../src/kernel/room-name.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import type { DirectoryPage } from "../../src/protocol/rpc/directory-call.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import { app } from "./names.ts";
import type { World } from "./world.ts";

/** Whom the app's directory has, shard by shard. */
export function listed(world: World): UserId[] {
  return directoryRooms(app).flatMap((room) => {
    const outcome = world.call(room, { type: "directory.page", after: "", limit: 100_000 });
    return (unwrap(outcome) as DirectoryPage).users.map(({ userId }) => userId); // SAFETY: what page answers with
  });
}

/** Tells the directory of users who have done nothing yet. */
export function list(world: World, users: readonly UserId[]): void {
  for (const userId of users) unwrap(world.call(directoryRoom(app, userId), { type: "directory.add", userId }));
}
