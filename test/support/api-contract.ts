import { expect } from "vitest";
import { AppId } from "../../src/protocol/ids.ts";
import { EXAMPLE_GROUP } from "../../src/routes/components.ts";
import { type ApiRequest, Cast, type JsonSchema, type Operation, requestOf } from "./api-operations.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A server under test, whatever runs it. */
export interface ApiTarget {
  /** Whose the key is. */
  readonly app: string;
  readonly key: string;
  /** Of another app. */
  readonly otherKey: string;
  readonly rootKey: string;
  send(request: ApiRequest, credential: string | undefined): Promise<ApiAnswer>;
  /** Logs a device in, so that there is one. */
  connect(userId: string, deviceId: string, token: string): Promise<void>;
}

/** Said in the group and in the chat; another app must never see it. */
export const SECRET = "the-secret-of-the-app";

interface StageRequest {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: string;
}

/** By their scopes. */
const KEYS = new WeakMap<ApiTarget, Map<string, Promise<string>>>();

/** What the examples are about: a chat, a group with a request to join, a friend request, a device. */
export class Stage {
  readonly cast: Cast;
  readonly #target: ApiTarget;

  private constructor(target: ApiTarget, cast: Cast) {
    this.#target = target;
    this.cast = cast;
  }

  /** Sets up what requests to these paths are about. */
  static async set(target: ApiTarget, tag: string, paths: readonly string[]): Promise<Stage> {
    const stage = new Stage(target, new Cast(tag, AppId.parse(target.app)));
    const isAbout = (part: string) => paths.some((path) => path.includes(part));
    if (isAbout("{groupId}")) await stage.#setGroup();
    if (isAbout("{sessionId}")) await stage.#setChat();
    if (isAbout("/users/{userId}")) await stage.#setAlice();
    if (isAbout("/requests")) await stage.#askToJoin();
    if (isAbout("/answer")) await stage.#askToBeFriends();
    if (isAbout("/jobs/{jobId}")) await stage.#setJob();
    if (isAbout("/keys/{keyId}")) await stage.#setKey();
    if (isAbout("/apps/{app}")) await stage.#setApp();
    if (isAbout("{endpointId}")) await stage.#setWebhook();
    if (isAbout("{deviceId}"))
      await target.connect(stage.cast.user("alice"), stage.cast.of("alice-phone"), await stage.tokenOf("alice"));
    return stage;
  }

  async #setGroup(): Promise<void> {
    const body = { info: { name: SECRET, joinPolicy: "approval" }, userIds: ["bob", "carol"] };
    const headers = { "Idempotency-Key": "group-1" };
    await this.ask("POST", `/v1/groups?by=${this.cast.user("alice")}`, { body, headers });
  }

  async #setChat(): Promise<void> {
    await this.ask("POST", "/v1/messages", { body: { packId: "hello-0", from: "alice", to: "bob", content: SECRET } });
    // The mailbox learns of it after the answer.
    const isListed = async () => {
      const { sessions } = (await this.ask("GET", `/v1/users/${this.cast.user("alice")}/sessions`)) as {
        sessions: object[];
      }; // SAFETY: what the route answers
      return JSON.stringify(sessions).includes(this.cast.of("SC_alice_bob"));
    };
    while (!(await isListed()));
  }

  async #setAlice(): Promise<void> {
    await this.ask("PATCH", `/v1/users/${this.cast.user("alice")}`, { body: { custom: SECRET } });
  }

  async #setJob(): Promise<void> {
    await this.ask("POST", "/v1/notices", { body: { packId: this.cast.notice, users: ["alice"], content: SECRET } });
  }

  async #setKey(): Promise<void> {
    const headers = { "Idempotency-Key": this.cast.keyRequest };
    await this.ask("POST", "/v1/keys", { body: { name: SECRET, scopes: ["*"] }, headers });
  }

  async #setApp(): Promise<void> {
    const credential = this.#target.rootKey;
    await this.ask("POST", "/v1/apps", { body: { app: "acme", name: SECRET }, credential });
  }

  /** An API key with this scope and no other; made once for all operations of the server. */
  keyWith(scope: string): Promise<string> {
    const keys = KEYS.get(this.#target) ?? new Map<string, Promise<string>>();
    KEYS.set(this.#target, keys);
    const key = keys.get(scope) ?? this.#makeKey(scope);
    keys.set(scope, key);
    return key;
  }

  async #makeKey(scope: string): Promise<string> {
    const { key } = (await this.ask("POST", "/v1/keys", { body: { name: scope, scopes: [scope] } })) as { key: string }; // SAFETY: what the route answers
    return key;
  }

  async #setWebhook(): Promise<void> {
    const body = { packId: this.cast.webhook, url: "https://hooks.example/", events: ["read"], description: SECRET };
    await this.ask("POST", "/v1/webhooks", { body });
  }

  async #askToJoin(): Promise<void> {
    const credential = await this.tokenOf("erin");
    await this.ask("POST", `/v1/groups/${this.cast.of(EXAMPLE_GROUP)}/join`, { body: {}, credential });
  }

  async #askToBeFriends(): Promise<void> {
    const credential = await this.tokenOf("erin");
    const path = `/v1/users/${this.cast.user("erin")}/friends/${this.cast.user("alice")}`;
    await this.ask("PUT", path, { body: {}, credential });
  }

  async ask(method: string, path: string, { body, headers = {}, credential }: StageRequest = {}): Promise<unknown> {
    const request = { method, path, headers, ...(body === undefined ? {} : { body: this.cast.of(body) }) };
    const answer = await this.#target.send(request, credential ?? this.#target.key);
    expect(answer, `${method} ${path}: ${JSON.stringify(answer.body)}`).toSatisfy(
      ({ status }: ApiAnswer) => status === 200 || status === 202,
    );
    return answer.body;
  }

  async tokenOf(name: Parameters<Cast["user"]>[0]): Promise<string> {
    const { token } = (await this.ask("POST", "/v1/tokens", { body: { userId: name } })) as { token: string }; // SAFETY: what the route answers
    return token;
  }
}

/** Runs every case of one operation on a stage of its own; the one that changes something is the last. */
export async function checkOperation(target: ApiTarget, operation: Operation, tag: string): Promise<void> {
  const stage = await Stage.set(target, tag, [operation.path]);
  const { cast } = stage;
  const own = operation.access === "root" ? target.rootKey : target.key;
  const send = async (request: ApiRequest, credential: string | undefined = own) => {
    const answer = await target.send(request, credential);
    expectDocumented(operation, answer, request);
    return answer;
  };
  const valid = requestOf(operation, cast);
  for (const wrong of wrongRequests(operation, cast))
    expect(await send(wrong), JSON.stringify(wrong)).toMatchObject({ status: 400 });
  if (operation.access !== "public") {
    expect(await target.send(valid, undefined)).toMatchObject({ status: 401, body: { name: "IDENTITY_MISSING" } });
    expect(await send(valid, `${own}x`)).toMatchObject({ status: 401, body: { name: "BAD_CREDENTIALS" } });
    const foreign = await send(valid, target.otherKey);
    expect(JSON.stringify(foreign.body)).not.toContain(SECRET);
    if (operation.access === "root") expect(foreign).toMatchObject({ status: 401, body: { name: "BAD_CREDENTIALS" } });
  }
  const { scope } = operation;
  if (scope !== undefined) {
    await checkStranger(operation, { send, valid, token: await stage.tokenOf("dave") });
    const wrong = await stage.keyWith(scope === "jobs:read" ? "users:read" : "jobs:read");
    expect(await send(valid, wrong)).toMatchObject({ status: 403, body: { name: "SCOPE_MISSING" } });
  }
  const answer = await send(valid, scope === undefined ? own : await stage.keyWith(scope));
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: operation.success });
}

interface Attempt {
  readonly send: (request: ApiRequest, credential?: string) => Promise<ApiAnswer>;
  readonly valid: ApiRequest;
  readonly token: string;
}

/** Operations in which a user's token and the example agree by themselves: anybody may look profiles up, dave may join. */
const FOR_ANYBODY = new Set(["findUsers", "joinGroup", "declineInvitation", "getUser", "readPresence"]);

/** A user token where only server keys may, or in the name of somebody else. */
async function checkStranger({ id, access }: Operation, { send, valid, token }: Attempt): Promise<void> {
  if (FOR_ANYBODY.has(id)) return;
  const answer = await send(valid, token);
  const status = access === "server" ? [403] : [403, 404];
  expect(status, `${id} with a stranger's token: ${JSON.stringify(answer.body)}`).toContain(answer.status);
}

/** Every answer is one that the document has. */
export function expectDocumented(
  operation: Operation,
  { status, headers, body }: ApiAnswer,
  request: ApiRequest,
): void {
  const about = `${operation.id} ${JSON.stringify(request)} answered ${status} ${JSON.stringify(body)}`;
  if (status === operation.success) {
    expect(headers.get("Content-Type"), about).toContain(operation.mediaType);
    expect(operation.answer.safeParse(body).error?.issues, about).toBeUndefined();
    return;
  }
  expect(headers.get("Content-Type"), about).toContain("application/problem+json");
  const { name, status: said } = body as { name: string; status: number }; // SAFETY: compared with what it should be
  expect(said, about).toBe(status);
  expect([...(operation.problems.get(status) ?? [])], about).toContain(name);
}

/** The example with each required field missing, and with each of its parts of a wrong type. */
export function wrongRequests(operation: Operation, cast: Cast): ApiRequest[] {
  const { parameters, body } = operation;
  const inParameters = parameters
    .filter(({ in: place, schema }) => place !== "header" && !isAnyString(schema))
    .map(({ name }) => requestOf(operation, cast, { parameters: { [name]: "~ ~" } }));
  if (body === undefined) return inParameters;
  const example = body.example as Record<string, unknown>; // SAFETY: every body is an object
  const { required = [], properties = {} } = body.schema as {
    required?: string[];
    properties?: Record<string, JsonSchema>;
  }; // SAFETY: as above
  const missing = required.map((name) => ({ ...example, [name]: undefined }));
  const mistyped = Object.keys(properties).map((name) => ({ ...example, [name]: [[]] }));
  return [
    ...inParameters,
    ...[...missing, ...mistyped, [], null, 7].map((wrong) => requestOf(operation, cast, { body: wrong })),
  ];
}

/** Nothing is wrong with any text here. */
function isAnyString({ type, pattern, enum: names }: JsonSchema): boolean {
  return type === "string" && pattern === undefined && names === undefined;
}
