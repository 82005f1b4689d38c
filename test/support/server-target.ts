import type { ApiAnswer, ApiTarget } from "./api-contract.ts";
import type { ApiRequest } from "./api-operations.ts";
import { bodyOf } from "./body-of.ts";
import { RawSocket } from "./raw-socket.ts";
import { ROOT_KEY, SERVER_KEYS } from "./server-process.ts";

/** A server process. */
export class ServerTarget implements ApiTarget {
  readonly app = "main";
  readonly key = SERVER_KEYS.main;
  readonly otherKey = SERVER_KEYS.other;
  readonly rootKey = ROOT_KEY;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send({ method, path, headers = {}, body }: ApiRequest, credential?: string): Promise<ApiAnswer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...headers,
        ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  }

  async connect(_userId: string, deviceId: string, token: string): Promise<void> {
    const socket = await new RawSocket({ url: this.#url, token, deviceId }).opened();
    await socket.request({ type: "sync.sessions", packId: "1", since: 0 });
    socket.close();
  }
}
