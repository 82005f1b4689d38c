import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { configOf, KEY, OTHER_KEY, SECRET } from "../../test/sim/http.ts";
import { alice, app } from "../../test/sim/names.ts";
import { DEFAULT_POLICY } from "../kernel/policy.ts";
import { DEFAULT_SETTINGS } from "../protocol/rpc/app-settings.ts";
import { ConfigError } from "./config.ts";
import { Gatekeeper, operatorOf } from "./principal.ts";
import { Tokens } from "./tokens.ts";

const nowMs = 1_700_000_000_000;
const tokens = new Tokens(SECRET);
const claims = { app, userId: alice, tokenId: "t1", issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 };
const bytes = (secret: string) => new TextEncoder().encode(secret);

describe("a token", () => {
  it("says who it speaks for", async () => {
    expect(await tokens.verify(await tokens.sign(claims, nowMs), nowMs)).toEqual(claims);
  });

  it("ends when it says", async () => {
    const token = await tokens.sign(claims, nowMs);
    await expect(tokens.verify(token, nowMs + 59_999)).resolves.toEqual(claims);
    await expect(tokens.verify(token, nowMs + 60_000)).rejects.toMatchObject({ errorName: "TOKEN_EXPIRED" });
  });

  const exp = Math.floor(claims.expiresAtMs / 1000);
  const payload = { app: "main", sub: "alice", exp };
  const signed = (body: Record<string, unknown>, secret = SECRET, alg = "HS256") =>
    new SignJWT(body).setProtectedHeader({ alg }).sign(bytes(secret));

  it.each([
    ["of another secret", () => signed(payload, "another-secret-of-32-characters-0123456789")],
    ["with another algorithm", () => signed(payload, SECRET + SECRET, "HS512")],
    ["with another algorithm and our secret", () => signed(payload, SECRET, "HS384")],
    ["with no algorithm", () => new UnsecuredJWT(payload).encode()],
    ["without an end", () => signed({ app: "main", sub: "alice" })],
    ["without an app", () => signed({ sub: "alice", exp })],
    ["without a user", () => signed({ app: "main", exp })],
    ["with an app that is none", () => signed({ ...payload, app: "a/b" })],
    ["with a user that is none", () => signed({ ...payload, sub: "a/b" })],
    ["not begun yet", () => signed({ ...payload, nbf: exp })],
    ["that is none", () => "a.b.c"],
    ["changed", async () => (await signed(payload)).replace(/^[^.]+\.[^.]+/, (text) => `${text}A`)],
  ])("%s is wrong", async (_, make) => {
    await expect(tokens.verify(await make(), nowMs)).rejects.toMatchObject({ errorName: "BAD_CREDENTIALS" });
  });
});

describe("the gatekeeper", () => {
  const gatekeeper = new Gatekeeper(tokens, configOf().serverKeys, {
    settings: async () => DEFAULT_SETTINGS,
    call: async () => ({ ok: true, value: null }),
  });
  const identify = (authorization?: string) => {
    const headers: HeadersInit = authorization === undefined ? {} : { Authorization: authorization };
    return gatekeeper.identify(new Request("https://parley.test/v1/keys", { headers }), nowMs);
  };

  it("knows a server key by its app, and a user by their token", async () => {
    expect(await identify(`Bearer ${KEY}`)).toEqual({ kind: "server", app: "main" });
    expect(await identify(`bearer ${OTHER_KEY}`)).toEqual({ kind: "server", app: "other" });
    const user = await identify(`Bearer ${await tokens.sign(claims, nowMs)}`);
    expect(user).toEqual({ kind: "user", ...claims });
    expect(operatorOf(user)).toEqual({ kind: "user", userId: alice });
    expect(operatorOf({ kind: "server", app })).toEqual({ kind: "server" });
  });

  it("A33 judges an API key by what is known lately, and looks again for one that it does not know", async () => {
    const ages: unknown[] = [];
    const settings = async (_: unknown, age?: string) => {
      ages.push(age);
      return DEFAULT_SETTINGS;
    };
    const asking = new Gatekeeper(tokens, [], { settings, call: async () => ({ ok: true, value: null }) });
    const headers = { Authorization: `Bearer ak_main_${"0".repeat(26)}_${"x".repeat(43)}` };
    const request = new Request("https://parley.test/v1/keys", { headers });
    await expect(asking.identify(request, nowMs)).rejects.toMatchObject({ errorName: "BAD_CREDENTIALS" });
    expect(ages).toEqual(["recent", "fresh"]);
  });

  it.each([
    [undefined, "IDENTITY_MISSING"],
    ["", "IDENTITY_MISSING"],
    ["Bearer ", "IDENTITY_MISSING"],
    [`Basic ${KEY}`, "IDENTITY_MISSING"],
    ["Bearer sk_", "BAD_CREDENTIALS"],
    [`Bearer ${KEY.slice(0, -1)}`, "BAD_CREDENTIALS"],
    [`Bearer ${KEY.replace("main", "other")}`, "BAD_CREDENTIALS"],
    ["Bearer x", "BAD_CREDENTIALS"],
  ])("refuses %s", async (authorization, errorName) => {
    await expect(identify(authorization)).rejects.toMatchObject({ errorName });
  });
});

describe("the configuration", () => {
  it("has limits that may be set", () => {
    expect(configOf().policy).toEqual(DEFAULT_POLICY);
    expect(configOf({ PARLEY_REQUESTS_PER_SECOND: "5" }).policy.requestsPerSecond).toBe(5);
    expect(configOf().serverKeys.map((key) => key.app)).toEqual(["main", "other"]);
  });

  it.each([
    [{ PARLEY_TOKEN_SECRET: undefined }, "PARLEY_TOKEN_SECRET is not set"],
    [{ PARLEY_TOKEN_SECRET: "short" }, "PARLEY_TOKEN_SECRET is too weak"],
    [{ PARLEY_TOKEN_SECRET: "x".repeat(64) }, "PARLEY_TOKEN_SECRET is too weak"],
    [{ PARLEY_SERVER_KEYS: undefined }, "PARLEY_SERVER_KEYS is not set"],
    [{ PARLEY_SERVER_KEYS: "" }, "PARLEY_SERVER_KEYS needs the form"],
    [{ PARLEY_SERVER_KEYS: "sk_main_short" }, "PARLEY_SERVER_KEYS needs the form"],
    [{ PARLEY_SERVER_KEYS: `${KEY},sk_Main_${"0123456789".repeat(4)}` }, "PARLEY_SERVER_KEYS needs the form"],
    [{ PARLEY_ENV: "staging" }, "PARLEY_ENV"],
    [{ PARLEY_ENV: undefined }, "PARLEY_ENV"],
    [{ PARLEY_REQUESTS_PER_SECOND: "0" }, "PARLEY_REQUESTS_PER_SECOND"],
    [{ PARLEY_REQUEST_BURST: "many" }, "PARLEY_REQUEST_BURST"],
  ])("refuses %j", (variables, message) => {
    expect(() => configOf(variables)).toThrow(ConfigError);
    expect(() => configOf(variables)).toThrow(message);
  });

  it("tells every fault at once, and no secret", () => {
    try {
      configOf({ PARLEY_TOKEN_SECRET: "weakling", PARLEY_SERVER_KEYS: "sk_main_weakling" });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toMatch(/PARLEY_TOKEN_SECRET[\s\S]*PARLEY_SERVER_KEYS/);
      expect(String(error)).not.toContain("weakling");
    }
  });
});
