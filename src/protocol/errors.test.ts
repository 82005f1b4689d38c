import { describe, expect, it } from "vitest";
import { afterClose, CLOSE } from "./close-codes.ts";
import { CODE_OK, ERRORS, errorNameOf, ParleyError } from "./errors.ts";
import { failed, unwrap } from "./rpc/outcome.ts";

const rows = Object.entries(ERRORS);

describe("the error table", () => {
  it("has every code once, and none for success", () => {
    const codes = rows.map(([, { code }]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(CODE_OK);
    for (const [name, { code }] of rows) expect(errorNameOf(code)).toBe(name);
    expect(errorNameOf(999)).toBeUndefined();
  });

  it.each(rows)("%s has an HTTP status of an error and a message", (_, { http, message }) => {
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
    expect(message).toMatch(/^[a-z].*[^.]$/);
  });

  it("retries whatever may have had an effect", () => {
    for (const [name, { definite, retry }] of rows) if (!definite) expect(retry, name).toBe(true);
  });
});

describe("an outcome", () => {
  it("carries a coded error across and back", () => {
    const thrown = new ParleyError("RATE_LIMITED", "slowly", { retryAfterMs: 7 });
    const failure = failed(thrown);
    expect(failure).toMatchObject({ ok: false, error: "RATE_LIMITED", retryAfterMs: 7 });
    expect(() => unwrap(failure)).toThrow(thrown.message);
    for (const original of [thrown, new ParleyError("REFUSED")]) {
      try {
        unwrap(failed(original));
        expect.unreachable();
      } catch (again) {
        expect(again).toMatchObject({ message: original.message, code: original.code, retry: original.retry });
        expect(again).toMatchObject({ retryAfterMs: original.retryAfterMs, definite: original.definite });
      }
    }
  });

  it("says nothing of the inside of what was not thrown on purpose", () => {
    expect(failed(new Error("SELECT secret"))).toEqual({
      ok: false,
      error: "SERVER_EXCEPTION",
      message: ERRORS.SERVER_EXCEPTION.message,
    });
  });

  it("gives its value", () => {
    expect(unwrap({ ok: true, value: 7 })).toBe(7);
  });
});

describe("close codes", () => {
  it("are unique, and tell by their range what a client does", () => {
    const codes = Object.values(CLOSE);
    expect(new Set(codes).size).toBe(codes.length);
    const after = Object.fromEntries(Object.entries(CLOSE).map(([name, code]) => [name, afterClose(code)]));
    expect(after).toEqual({
      GOING_AWAY: "reconnect-now",
      TOKEN_EXPIRED: "reconnect-now",
      SLOW_CONSUMER: "reconnect-with-backoff",
      STALE: "reconnect-with-backoff",
      FLOOD: "reconnect-with-backoff",
      UNAVAILABLE: "reconnect-with-backoff",
      TOO_BIG: "reconnect-with-backoff",
      KICKED: "do-not-reconnect",
      UNAUTHORIZED: "do-not-reconnect",
      PROTOCOL_ERROR: "do-not-reconnect",
      TOKEN_REVOKED: "do-not-reconnect",
      APP_SUSPENDED: "do-not-reconnect",
      USER_BANNED: "do-not-reconnect",
    });
  });

  it.each([1000, 1001, 1006, 1009, 1011, 3000, 4300, 4999])("of others, like %i, mean backoff", (code) => {
    expect(afterClose(code)).toBe("reconnect-with-backoff");
  });
});
