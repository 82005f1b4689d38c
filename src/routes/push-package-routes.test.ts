import { beforeEach, describe, expect, it } from "vitest";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";

const PATH = "/v1/push/packages";
const SECRET = "secret-of-the-link-0123";
const credentials = { oppo: { appKey: "k", masterSecret: "hidden", receipts: { secret: SECRET } } };

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const put = async (key: string, name: string, body: unknown) => {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const response = await http.raw(`${PATH}/${name}`, { method: "PUT", headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
};

describe("the push credentials of an app", () => {
  it("are set, told of without their secrets, and taken away", async () => {
    const described = { packageName: "org.example.chat", providers: ["oppo"] };
    const { status, text } = await put(KEY, "org.example.chat", credentials);
    expect([status, JSON.parse(text)]).toEqual([200, described]);
    expect((await http.get(PATH, KEY)).body).toEqual({ packages: [described] });
    expect((await http.get(PATH, OTHER_KEY)).body).toEqual({ packages: [] });
    expect((await http.delete(`${PATH}/org.example.chat`, KEY)).body).toEqual({ removed: true });
    expect((await http.delete(`${PATH}/org.example.chat`, KEY)).body).toEqual({ removed: false });
    expect((await http.get(PATH, KEY)).body).toEqual({ packages: [] });
  });

  it.each([{ oppo: { appKey: "k" } }, { blackberry: {} }, { apns: { teamId: "T", keyId: "K", privateKey: "hidden" } }])(
    "are refused when they are not complete: %j",
    async (body) => {
      const { status, text } = await put(KEY, "org.example.chat", body);
      expect(status).toBe(400);
      expect(text).not.toContain("hidden");
      expect((await http.get(PATH, KEY)).body).toEqual({ packages: [] });
    },
  );

  it("are a matter of servers", async () => {
    const { body } = await http.post("/v1/tokens", KEY, { userId: "alice" });
    expect((await http.get(PATH, String(body.token))).status).toBe(403);
  });

  it("vouch for receipts about users of that app", async () => {
    await put(KEY, "org.example.chat", credentials);
    const event = { messageId: "m", registrationIds: "device", eventTime: "1489993883189" };
    const post = async (query: string, ...params: string[]) => {
      const body = JSON.stringify(params.map((param) => ({ ...event, param })));
      return (await http.raw(`/v1/push/receipts/oppo?${query}`, { method: "POST", body })).status;
    };
    expect(await post(`secret=${SECRET}`, "main/bob/1")).toBe(401);
    expect(await post(`app=other&secret=${SECRET}`, "main/bob/1")).toBe(401);
    expect(await post(`app=main&secret=${SECRET}`, "main/bob/1", "other/carol/1")).toBe(200);
    expect(http.measures.pushes.of("oppo", "delivered").value).toBe(1);
    const logOf = async (user: string, key: string) => (await http.get(`/v1/users/${user}/push-log`, key)).body.records;
    expect(await logOf("bob", KEY)).toMatchObject([{ event: "delivered", pushId: "main/bob/1" }]);
    expect(await logOf("carol", OTHER_KEY)).toEqual([]);
  });
});
