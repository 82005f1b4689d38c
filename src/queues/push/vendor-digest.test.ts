import { describe, expect, it } from "vitest";
import { isSameSecret } from "../../kernel/same-secret.ts";
import { meizuSign } from "./meizu/meizu.ts";
import { oppoSign } from "./oppo/oppo.ts";
import { hmacSha256Base64, notifyIdOf } from "./vendor-digest.ts";
import { vivoSign } from "./vivo/vivo.ts";

describe("a signature", () => {
  it("of vivo is the one that md5sum computes", () => {
    // printf '%s' '1000425509283-3767-4b9e-83fe-b6e55ac6243e1501484120000secret' | md5sum
    const key = { appId: "10004", appKey: "25509283-3767-4b9e-83fe-b6e55ac6243e", appSecret: "secret" };
    expect(vivoSign(key, "1501484120000")).toBe("1fd1ef0cacdec2165c2d08c3c52f3eb0");
  });

  it("of OPPO is the one that sha256sum computes", () => {
    // printf '%s' 'key1501484120000secret' | sha256sum
    const signed = oppoSign({ appKey: "key", masterSecret: "secret" }, "1501484120000");
    expect(signed).toBe("281b23c7b2c7cdf525ba809ef9b0e8dcf40d999326cc267bcc27f50a26f31f86");
  });

  it("of Meizu is the one in its documentation", () => {
    const form = {
      pushIds: "RA50c6348036344485d01776773577c64740465480a6b",
      messageJson: '{"title":"title","content":"content","pushTimeInfo":{"offLine":1,"validTime":24}}',
      appId: "10000",
    };
    expect(meizuSign(form, "<APP_SECRET>")).toBe("ac076ff25d9900015a681cb5172aa53b");
  });

  it("of a receipt is the one that openssl computes", () => {
    // printf '%s' '1563105451261a07bfa17-6d82-4b53-a9a2-07cfef5ceef1parley' | openssl dgst -sha256 -hmac callback-key -binary | base64
    const text = "1563105451261a07bfa17-6d82-4b53-a9a2-07cfef5ceef1parley";
    expect(hmacSha256Base64("callback-key", text)).toBe("oVRjFCyhjMN2oyRD5jQJyg4jFn1WobF8YSn8yAz9KVg=");
  });
});

describe("a notification's number", () => {
  it("comes of its collapse id, and is positive in 31 bits", () => {
    // printf '%s' 'SC_alice_bob.7' | sha256sum begins with d7bffa7a
    expect(notifyIdOf("SC_alice_bob.7")).toBe(0xd7bffa7a & 0x7fffffff);
    expect(notifyIdOf("SC_alice_bob.8")).not.toBe(notifyIdOf("SC_alice_bob.7"));
  });
});

describe("a secret", () => {
  it.each([
    ["secret", true],
    ["Secret", false],
    ["secret ", false],
    ["", false],
  ])("presented as %j", (presented, isSame) => {
    expect(isSameSecret(presented, "secret")).toBe(isSame);
  });
});
