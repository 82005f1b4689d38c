import type { AppId } from "../protocol/ids.ts";
import type { NoteCall } from "../protocol/rpc/app-call.ts";
import type { Errands } from "./errands.ts";
import { appRoom } from "./room-name.ts";

/**
 * What an administrator does in a room other than their app's is posted in the step that does it: there is no such deed
 * without its record, and the app's audit is told of it until it has it.
 */
export function audited(courier: Errands, app: AppId, note: Omit<NoteCall, "type">): void {
  courier.post({ to: appRoom(app), kind: "note", key: note.source, call: { type: "app.note", ...note } });
}
