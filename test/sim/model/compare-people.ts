import type { UserId } from "../../../src/protocol/ids.ts";
import type { ResultOf } from "../../../src/protocol/results.ts";
import type { UpType } from "../../../src/protocol/up.ts";
import { alice, bob } from "../names.ts";
import { equal } from "./equal.ts";
import { type Asking, type Sequence, USERS } from "./sequence.ts";

function answerTo<T extends UpType>(sequence: Sequence, by: UserId, asking: Asking & { type: T }): ResultOf<T> {
  return sequence.ask(by, asking, []) as ResultOf<T>; // SAFETY: a success carries its type's result
}

/** Throws where the rooms and the model differ in who is in the group, who wants to be, and who was asked. */
export function compareGroup(sequence: Sequence): void {
  const { group, groups, simGroup, relations } = sequence;
  const { groupId } = simGroup;
  const owner = USERS.find((userId) => group.roles.get(userId) === "owner") ?? alice;
  const { members } = answerTo(sequence, owner, { type: "group.members", groupId });
  equal("the members", members.map(({ userId, role }) => [userId, role]).sort(), [...group.roles].sort());
  const { requests } = answerTo(sequence, owner, { type: "group.requests", groupId });
  equal("who wants to join", requests.map(({ userId }) => userId).sort(), [...groups.gate.requests].sort());
  for (const userId of USERS) {
    const { invitations } = answerTo(sequence, userId, { type: "group.invitations" });
    const by = groups.gate.invitations.get(userId);
    const shown = by === undefined || relations.hasBlocked(userId, by) ? [] : [by];
    equal(
      `who asks ${userId} to join`,
      invitations.map((one) => one.by),
      shown,
    );
    const synced = answerTo(sequence, userId, { type: "group.sync", since: 0 });
    equal(`${userId}'s groups`, synced.groups, group.isMember(userId) ? [groupId] : []);
  }
}

/** Friends see each other as such, and a request as what it is on each side. */
export function compareRelations(sequence: Sequence): void {
  const { friendship } = sequence.relations;
  for (const [userId, other] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const { relations } = answerTo(sequence, userId, { type: "friend.sync", since: 0 });
    const state = relations.find((one) => one.userId === other)?.state ?? "none";
    equal(`how ${userId} stands with ${other}`, state, friendship.seenBy(userId));
  }
}
