import fc from "fast-check";

const user = fc.nat(2);
const session = fc.nat(1);
/** Small, so that many operations meet the same messages. */
const seqId = fc.integer({ min: 1, max: 14 });
const flag = fc.boolean();

/** What people may do. Numbers choose among users, sessions and messages. */
export const operation = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      user,
      session,
      isCounted: fc.integer({ min: 0, max: 3 }),
      isHigh: fc.integer({ min: 0, max: 3 }),
      mentions: fc.constantFrom("nobody" as const, "nobody" as const, "all" as const, 0, 1, 2),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("control" as const),
      user,
      session,
      seqId,
      op: fc.constantFrom("recall" as const, "override" as const, "delete" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("hide" as const), user, session, seqId }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("react" as const),
      user,
      session,
      seqId,
      reaction: fc.constantFrom("+", "-"),
      isRemoval: flag,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pin" as const), user, session, seqId, isRemoval: flag }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("read" as const), user, session, seqId }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("markUnread" as const, "hideSession" as const), user, session }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("readAll" as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attribute" as const), user, session, isPinned: flag }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("add" as const, "remove" as const, "ban" as const, "unban" as const, "promote" as const),
      user,
      whom: user,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("mute" as const), user, whom: user, minutes: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("quit" as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("block" as const, "unblock" as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "crash" as const), room: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reconnect" as const), user, device: fc.nat(1) }) },
);
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
export type OperationOf<Name extends Operation["do"]> = Extract<Operation, { do: Name }>;
