import { UserId } from "../../src/protocol/ids.ts";
import { SimArchive } from "../sim/archive.ts";
import { KEY, OTHER_KEY, ROOT_KEY, SimHttp } from "../sim/http.ts";
import type { ApiAnswer, ApiTarget } from "./api-contract.ts";
import type { ApiRequest } from "./api-operations.ts";
import { bodyOf } from "./body-of.ts";

/** The routes in front of simulated rooms. */
export class SimTarget implements ApiTarget {
  readonly http: SimHttp;
  readonly app = "main";
  readonly key = KEY;
  readonly otherKey = OTHER_KEY;
  readonly rootKey = ROOT_KEY;

  constructor(variables: Record<string, unknown> = { PARLEY_ENV: "development" }) {
    this.http = new SimHttp(variables);
    new SimArchive(this.http.world);
  }

  async send({ method, path, headers = {}, body }: ApiRequest, credential: string | undefined): Promise<ApiAnswer> {
    const init = {
      method,
      headers: {
        ...headers,
        ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await this.http.raw(path, init);
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  }

  async connect(userId: string, deviceId: string, token: string): Promise<void> {
    const { world, tokens } = this.http;
    const { app } = await tokens.verify(token, world.nowMs);
    world.connect(UserId.parse(userId), { deviceId, app });
  }
}
