import { sessionRoom } from "../../src/kernel/room-name.ts";
import { AppId, PackId, type SessionId, UserId } from "../../src/protocol/ids.ts";
import { singleSessionId } from "../../src/protocol/session-id.ts";

export const app = AppId.parse("main");

export function user(name: string): UserId {
  return UserId.parse(name);
}

export function pack(text: string): PackId {
  return PackId.parse(text);
}

export const [alice, bob, carol, dave] = [user("alice"), user("bob"), user("carol"), user("dave")] as const;
export const chat: SessionId = singleSessionId(alice, bob);
export const chatRoom = sessionRoom(app, chat);
