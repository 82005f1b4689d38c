import { describe, expect, inject, it } from "vitest";
import { type ApiAnswer, type ApiTarget, checkOperation } from "../support/api-contract.ts";
import { type ApiDocument, type ApiRequest, operationsOf } from "../support/api-operations.ts";
import { bodyOf } from "../support/body-of.ts";
import { someone } from "../support/person.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { ROOT_KEY, SERVER_KEYS } from "../support/server-process.ts";
import { SimTarget } from "../support/sim-target.ts";

/** A server process. */
class Server implements ApiTarget {
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

const production = new SimTarget({});
const document = (await (await production.http.raw("/openapi.json")).json()) as ApiDocument; // SAFETY: what the route serves
const operations = operationsOf(document);

describe.each(inject("servers").map(([host, url]) => ({ host, target: new Server(url) })))(
  "the API on $host",
  ({ target }) => {
    it("is the same document", async () => {
      expect((await target.send({ method: "GET", path: "/openapi.json" })).body).toEqual(document);
    });

    it("answers every operation as the document says", async () => {
      await Promise.all(operations.map((operation) => checkOperation(target, operation, someone("api"))));
    });
  },
);
