import type { RoomSql } from "../../../src/kernel/ports.ts";
import { type Case, equal, holds, throws } from "../check.ts";
import type { StorageUnderTest } from "../host.ts";

function put(sql: RoomSql, user: string, cursor = 0, until: number | null = null): void {
  sql
    .prepare("INSERT INTO backlog (room, user, observation, cursor, until) VALUES (?, ?, 0, ?, ?)")
    .run(sql.room, user, cursor, until);
}

function rows(sql: RoomSql): unknown[] {
  return sql.prepare("SELECT user, cursor, until FROM backlog WHERE room = ? ORDER BY user").all(sql.room);
}

const failure = new Error("thrown on purpose");

function putAndThrow({ sql, transaction }: StorageUnderTest, user: string): void {
  const thrown = throws(
    () =>
      transaction.atomically(() => {
        put(sql, user);
        equal(rows(sql).length > 0, true, "an event sees its own writes");
        throw failure;
      }),
    "an event that throws",
  );
  holds(thrown === failure, "the error goes on as it was");
}

/** What rooms take for granted of a host's storage. */
export const storageCases: readonly Case<StorageUnderTest>[] = [
  {
    name: "keeps what an event wrote",
    run: ({ sql, transaction }) => {
      equal(
        transaction.atomically(() => {
          put(sql, "a", 1, 2);
          return "value";
        }),
        "value",
      );
      equal(rows(sql), [{ user: "a", cursor: 1, until: 2 }]);
    },
  },
  {
    name: "undoes the writes of an event that throws, and of no other",
    run: (storage) => {
      const { sql, transaction } = storage;
      transaction.atomically(() => put(sql, "before"));
      putAndThrow(storage, "undone");
      putAndThrow(storage, "undone");
      transaction.atomically(() => put(sql, "after"));
      equal(rows(sql), [
        { user: "after", cursor: 0, until: null },
        { user: "before", cursor: 0, until: null },
      ]);
    },
  },
  {
    name: "tells whether the last event wrote",
    run: ({ sql, transaction }) => {
      transaction.atomically(() => put(sql, "a"));
      equal(transaction.wrote(), true);
      transaction.atomically(() => rows(sql));
      equal(transaction.wrote(), false);
      throws(() => transaction.atomically(() => put(sql, "a")), "a key that is there");
      equal(transaction.wrote(), true);
    },
  },
  {
    name: "goes on after a statement that failed was caught",
    run: ({ sql, transaction }) => {
      transaction.atomically(() => {
        put(sql, "a");
        throws(() => put(sql, "a"), "a key that is there");
        put(sql, "b");
      });
      equal(rows(sql).length, 2);
    },
  },
  {
    name: "keeps integers up to 2^53 and any text as they are",
    run: ({ sql, transaction }) => {
      const text = "quotes \"' ; -- 😀 \u{10ffff} \n umlauts äöü";
      transaction.atomically(() => put(sql, text, Number.MAX_SAFE_INTEGER, 1_700_000_000_000));
      equal(rows(sql), [{ user: text, cursor: Number.MAX_SAFE_INTEGER, until: 1_700_000_000_000 }]);
      const typed = sql.prepare("SELECT typeof(cursor) AS type FROM backlog WHERE room = ?").get(sql.room);
      equal(typed, { type: "integer" });
    },
  },
  {
    name: "orders text by its bytes, as ids are compared",
    run: ({ sql, transaction }) => {
      transaction.atomically(() => {
        for (const user of ["b", "a", "B", "_", "10", "9"]) put(sql, user);
      });
      const users = sql.prepare("SELECT user FROM backlog WHERE room = ? ORDER BY user").all(sql.room);
      equal(
        users.map(({ user }) => user),
        ["10", "9", "B", "_", "a", "b"],
      );
    },
  },
  {
    name: "answers nothing with undefined and an empty list",
    run: ({ sql }) => {
      equal(sql.prepare("SELECT user FROM backlog WHERE room = ?").get(sql.room) === undefined, true);
      equal(rows(sql), []);
    },
  },
];
