import fc from "fast-check";

const user = fc.nat(2);
/** The single chat or, twice as often, the group. */
const session = fc.constantFrom(0, 1, 1);
/** Which message, counted from the newest; 0 is none. Small, so that many operations meet the same messages. */
const back = fc.nat(7);
const flag = fc.boolean();

/** What goes wrong while the next operation is under way, after so many of its calls arrived. */
const storm = fc.record({
  what: fc.constantFrom("crash" as const, "evict" as const, "lose" as const, "full" as const),
  room: fc.nat(4),
  after: fc.nat(5),
});
export type Storm = typeof storm extends fc.Arbitrary<infer T> ? T : never;

/** What one does to another in the group. */
const ABOUT_SOMEBODY = [
  ...(["add", "remove", "ban", "unban", "promote", "demote", "transfer"] as const),
  ...(["invite", "accept", "refuse", "ban", "unban", "unban"] as const),
];

/** What people may do. Numbers choose among users, sessions and messages. */
export const operation = fc.oneof(
  {
    weight: 18,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      user,
      session,
      isCounted: fc.integer({ min: 0, max: 3 }),
      isHigh: fc.integer({ min: 0, max: 3 }),
      lifeMinutes: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 3),
      mentions: fc.constantFrom("nobody" as const, "nobody" as const, "all" as const, 0, 1, 2),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("control" as const),
      user,
      session,
      back,
      op: fc.constantFrom("recall" as const, "override" as const, "delete" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("hide" as const), user, session, back }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("react" as const),
      user,
      session,
      back: fc.nat(3),
      reaction: fc.constantFrom("+", "+", "+", "-"),
      isRemoval: flag,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("pin" as const),
      user: fc.constantFrom(0, 0, 1, 2),
      session,
      back: fc.nat(3),
      isRemoval: flag,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("read" as const), user, session, back }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("markUnread" as const, "hideSession" as const), user, session }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("readAll" as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attribute" as const), user, session, isPinned: flag }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom(...ABOUT_SOMEBODY),
      // Whoever founded the group may most.
      user: fc.constantFrom(0, 0, 1, 2),
      whom: user,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("mute" as const), user, whom: user, minutes: fc.nat(3) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("join" as const, "join" as const, "quit" as const, "decline" as const),
      user,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("muteAll" as const), user, minutes: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("policy" as const),
      user,
      joinPolicy: fc.constantFrom("open" as const, "approval" as const, "invite" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("befriend" as const, "unfriend" as const, "acceptFriend" as const, "refuseFriend" as const),
      user: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("block" as const, "unblock" as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.integer({ min: -60, max: 90 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "crash" as const), room: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("storm" as const), storm }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reconnect" as const), user, device: fc.nat(1) }) },
);
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
export type OperationOf<Name extends Operation["do"]> = Extract<Operation, { do: Name }>;
