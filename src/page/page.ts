import { IndexedDbStore, ParleyClient, type Status, singleSessionId } from "../client/index.ts";
import { Conversation } from "./conversation.ts";
import { element, lineForm } from "./dom.ts";
import { phonesPanel } from "./phones.ts";
import { SessionList } from "./session-list.ts";
import { Titles } from "./titles.ts";
import { statusText } from "./wording.ts";

/** From the development server, which gives a token to whoever asks. */
async function fetchToken(userId: string): Promise<string> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/dev/token", { method: "POST", headers, body: JSON.stringify({ userId }) });
  if (response.status === 404) throw new Error("this server is not in development mode");
  if (!response.ok) throw new Error("that is not a user id");
  const { token } = (await response.json()) as { token: string }; // SAFETY: what POST /dev/token answers
  return token;
}

function login(): void {
  const options = { className: "login", label: "Your user id, e.g. alice", button: "Start", clears: false };
  const { form, input } = lineForm(options, (user) => {
    location.search = new URLSearchParams({ user }).toString();
  });
  form.prepend(
    element("h1", { textContent: "Parley" }),
    element("p", { textContent: "Open this page in two tabs, as two users, and talk." }),
  );
  document.body.replaceChildren(form);
  input.focus();
}

/** Registers a simulated phone of any user: in development everybody gets everybody's token. */
async function registerPhone(user: string, registration: object): Promise<void> {
  const deviceId = `phone-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const response = await fetch(`/v1/users/${encodeURIComponent(user)}/push-tokens`, {
    method: "POST",
    headers: { Authorization: `Bearer ${await fetchToken(user)}`, "Content-Type": "application/json" },
    body: JSON.stringify({ ...registration, deviceId }),
  });
  if (!response.ok) throw new Error("the phone could not be registered");
}

/** One per browser and user, so that a reload takes the place of the page before it. */
function deviceId(user: string): string {
  const key = `parley-device-${user}`;
  const known = localStorage.getItem(key);
  if (known !== null) return known;
  const made = `page-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  localStorage.setItem(key, made);
  return made;
}

function statusLine(client: ParleyClient): HTMLElement {
  const line = element("span", { className: "status" });
  const show = (status: Status): void => {
    line.textContent = statusText(status);
    line.classList.toggle("bad", status.state === "waiting" || status.state === "closed");
  };
  show(client.status);
  client.on("status", show);
  return line;
}

function chat(me: string, to: string | null): void {
  const client = new ParleyClient({
    url: location.origin,
    token: () => fetchToken(me),
    deviceId: deviceId(me),
    deviceType: "web",
    store: new IndexedDbStore(me),
  });
  const empty = element("p", { className: "empty", textContent: "Choose a conversation, or start one." });
  const place = element("main", { className: "chat" }, empty);
  const app = element("div", { className: "app" });
  let conversation: Conversation | undefined;
  let current: string | undefined;
  const titles = new Titles(client, me, () => {
    list.drawSoon();
    if (current !== undefined) conversation?.setTitle(titles.of(current));
  });
  const show = (sessionId: string | undefined): void => {
    const before = conversation?.element ?? place;
    conversation?.close();
    current = sessionId;
    const options = { client, me, back: () => show(undefined) };
    conversation =
      sessionId === undefined ? undefined : new Conversation({ ...options, sessionId, title: titles.of(sessionId) });
    before.replaceWith(conversation?.element ?? place);
    app.classList.toggle("open", conversation !== undefined);
    list.select(sessionId);
  };
  const list = new SessionList({ client, titles, open: show });
  const start = { className: "start", label: "Talk to …", button: "Open", clears: true };
  const { form } = lineForm(start, (user) => show(singleSessionId(me, user)));
  const self = element("div", { className: "me" }, element("strong", { textContent: me }), statusLine(client));
  app.append(element("nav", { className: "side" }, self, form, list.element), place);
  document.body.replaceChildren(app);
  void phonesPanel({ user: to ?? me, register: registerPhone }).then((panel) => {
    if (panel === undefined) return;
    app.append(panel);
    app.classList.add("with-phones");
  });
  client.connect();
  if (to !== null && to !== "") show(singleSessionId(me, to));
}

const query = new URLSearchParams(location.search);
const user = query.get("user");
if (user === null || user === "") login();
else chat(user, query.get("to"));
