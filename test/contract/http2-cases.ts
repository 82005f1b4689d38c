import { Http2Client } from "../../src/hosts/native/http2-client.ts";
import { HttpFailure, type HttpRequest } from "../../src/queues/http.ts";
import { type Case, equal, holds } from "./check.ts";

/** What the cases talk to; see `http2-server.ts`. Paths are orders to it. */
export interface Http2Subject {
  readonly url: string;
  readonly tlsUrl: string;
  readonly ca: string;
  /** A proxy before `url`, whose connections go dead after a request for `/freeze`. */
  readonly freezingUrl: string;
  /** Nobody listens there. */
  readonly deadUrl: string;
  /** Different in every runtime. */
  readonly run: string;
}

/** What the server answers with. */
interface Answer {
  readonly connection: number;
  readonly mostStreams: number;
  readonly body: string;
}

const ENDLESS_MS = 15_000;

function post(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "POST",
    url,
    headers: { "x-name": "value" },
    body: "",
    timeoutMs: ENDLESS_MS,
    http2: true,
    ...changes,
  };
}

async function answerOf(client: Http2Client, request: HttpRequest): Promise<Answer> {
  const { status, headers, body } = await client.send(request);
  equal([status, headers["x-name"]], [200, "value"]);
  // SAFETY: what the server sends
  return JSON.parse(body) as Answer;
}

async function failureOf(client: Http2Client, request: HttpRequest): Promise<string> {
  try {
    const { status } = await client.send(request);
    return `answered ${status}`;
  } catch (error) {
    holds(error instanceof HttpFailure, `a coded failure: ${error}`);
    return error.kind;
  }
}

function withClient(run: (client: Http2Client, subject: Http2Subject) => Promise<void>) {
  return async (subject: Http2Subject) => {
    const client = new Http2Client({ ca: subject.ca, pingTimeoutMs: 50 });
    try {
      await run(client, subject);
    } finally {
      client.close();
    }
  };
}

export const http2Cases: readonly Case<Http2Subject>[] = [
  {
    name: "sends a body and headers and reads them, all requests over one connection",
    run: withClient(async (client, { url }) => {
      const first = await answerOf(client, post(`${url}/echo?a=b`, { body: "你好" }));
      equal(first.body, "你好");
      const more = await Promise.all(["1", "2", "3"].map((body) => answerOf(client, post(`${url}/echo`, { body }))));
      equal(new Set([first, ...more].map(({ connection }) => connection)).size, 1, "connections");
    }),
  },
  {
    name: "reads answers that are no success",
    run: withClient(async (client, { url }) => {
      const { status, body } = await client.send(post(`${url}/410`));
      equal([status, body], [410, "gone"]);
    }),
  },
  {
    name: "keeps requests that must not share a connection apart",
    run: withClient(async (client, { url }) => {
      const [one, two] = await Promise.all([
        answerOf(client, post(`${url}/echo`, { connection: "one" })),
        answerOf(client, post(`${url}/echo`, { connection: "two" })),
      ]);
      holds(one.connection !== two.connection, "two connections");
    }),
  },
  {
    name: "speaks TLS, and trusts nobody by chance",
    run: withClient(async (client, { tlsUrl }) => {
      equal((await answerOf(client, post(`${tlsUrl}/echo`, { body: "sealed" }))).body, "sealed");
      const careful = new Http2Client();
      equal(await failureOf(careful, post(`${tlsUrl}/echo`)), "refused");
      careful.close();
    }),
  },
  {
    name: "never has more streams open than the server allows",
    run: withClient(async (client, { url }) => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => answerOf(client, post(`${url}/echo`))));
      equal(new Set(answers.map(({ connection }) => connection)).size, 1, "connections");
      holds(Math.max(...answers.map(({ mostStreams }) => mostStreams)) <= 5, "at most 5 streams");
    }),
  },
  {
    name: "sends what a GOAWAY left unprocessed over a new connection",
    run: withClient(async (client, { url, run }) => {
      const before = await answerOf(client, post(`${url}/echo`));
      const after = await answerOf(client, post(`${url}/${run}-goaway-once`));
      holds(after.connection !== before.connection, "a new connection");
      equal((await answerOf(client, post(`${url}/echo`))).connection, after.connection);
    }),
  },
  {
    name: "lets requests that a GOAWAY found under way end",
    run: withClient(async (client, { url, run }) => {
      const slow = answerOf(client, post(`${url}/${run}-held`));
      await answerOf(client, post(`${url}/${run}-goaway-twice`));
      await answerOf(client, post(`${url}/${run}-release`));
      equal((await slow).body, "");
    }),
  },
  {
    name: "sends a refused stream again, and gives up on a server that refuses everything",
    run: withClient(async (client, { url, run }) => {
      await answerOf(client, post(`${url}/${run}-refuse-once`));
      equal(await failureOf(client, post(`${url}/refuse-always`)), "refused");
    }),
  },
  {
    name: "does not send again what the server may have processed",
    run: withClient(async (client, { url }) => {
      equal(await failureOf(client, post(`${url}/drop`)), "lost");
      equal((await answerOf(client, post(`${url}/echo`))).body, "");
    }),
  },
  {
    name: "gives up at the deadline",
    run: withClient(async (client, { url }) => {
      equal(await failureOf(client, post(`${url}/silent`, { timeoutMs: 50 })), "timeout");
      equal((await answerOf(client, post(`${url}/echo`))).body, "");
    }),
  },
  {
    name: "replaces a connection that went dead without a word",
    run: withClient(async (client, { freezingUrl }) => {
      const before = await answerOf(client, post(`${freezingUrl}/echo`));
      equal(await failureOf(client, post(`${freezingUrl}/freeze`, { timeoutMs: 50 })), "timeout");
      // Until its ping is overdue the dead connection is still in use.
      equal(await failureOf(client, post(`${freezingUrl}/echo`)), "lost");
      const after = await answerOf(client, post(`${freezingUrl}/echo`));
      holds(after.connection !== before.connection, "a new connection");
    }),
  },
  {
    name: "fails at once where nobody listens",
    run: withClient(async (client, { deadUrl }) => {
      equal(await failureOf(client, post(`${deadUrl}/echo`)), "refused");
    }),
  },
];
