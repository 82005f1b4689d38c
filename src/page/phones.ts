import { element } from "./dom.ts";

/** As the desk of the simulated phones has it (`PUSH_SIMULATOR=1`). */
interface SeenPush {
  readonly number: number;
  readonly provider: string;
  readonly kind: "shown" | "withdrawn";
  readonly token: string;
  readonly user?: string;
  readonly title?: string;
  readonly body?: string;
  readonly badge?: number;
  readonly collapseId?: string;
  readonly atMs: number;
}

interface Phone {
  readonly provider: string;
  readonly user: string;
  badge: number | undefined;
  /** By collapse id, the oldest first. */
  readonly shown: Map<string, SeenPush>;
}

const PROVIDERS = ["apns", "fcm", "huawei", "honor", "xiaomi", "meizu", "vivo", "oppo", "webpush"] as const;
const NAMES: Readonly<Record<(typeof PROVIDERS)[number], string>> = {
  ...{ apns: "iPhone", fcm: "Android", huawei: "Huawei", honor: "Honor", xiaomi: "Xiaomi", meizu: "Meizu" },
  ...{ vivo: "vivo", oppo: "OPPO", webpush: "Browser" },
};
const POLL_MS = 1_000;

interface Options {
  /** Whose phone is added unless another name is written. */
  readonly user: string;
  /** Registers what the desk handed out for a user. */
  register(user: string, registration: object): Promise<void>;
}

/** What phones would have shown. Resolves with nothing where the server runs without simulated phones. */
export async function phonesPanel(options: Options): Promise<HTMLElement | undefined> {
  const { phones = false } = (await ask<{ phones: boolean }>("/dev/push")) ?? {};
  return phones ? new Phones(options).element : undefined;
}

/** What the server answers; nothing while it cannot be reached. */
async function ask<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? ((await response.json()) as T) : undefined; // SAFETY: the caller names what the path answers
  } catch {
    return undefined;
  }
}

class Phones {
  readonly element = element("aside", { className: "phones", "aria-label": "Phones" });
  readonly #options: Options;
  readonly #phones = new Map<string, Phone>();
  readonly #list = element("div", { className: "phone-list" });
  readonly #fault = element("p", { className: "status bad" });
  #last = 0;

  constructor(options: Options) {
    this.#options = options;
    const hint = "Pushes come to users who have no page open. Give one a phone, close their tab, and write to them.";
    this.element.append(
      element("h2", { textContent: "Phones" }),
      this.#form(),
      this.#fault,
      element("p", { className: "hint", textContent: hint }),
      this.#list,
    );
    void this.#look();
  }

  /** One question at a time, so that nothing is shown twice. */
  async #look(): Promise<void> {
    const { seen = [] } = (await ask<{ seen: readonly SeenPush[] }>(`/dev/push/seen?after=${this.#last}`)) ?? {};
    this.#show(seen);
    setTimeout(() => void this.#look(), POLL_MS);
  }

  #form(): HTMLFormElement {
    const user = element("input", { "aria-label": "Whose phone" });
    user.value = this.#options.user;
    const kind = element("select", { "aria-label": "Kind of phone" });
    for (const provider of PROVIDERS) {
      const option = element("option", { textContent: NAMES[provider] });
      option.value = provider;
      kind.append(option);
    }
    const form = element("form", { className: "start" }, user, kind, element("button", { textContent: "Add" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#add(user.value.trim(), kind.value);
    });
    return form;
  }

  async #add(user: string, provider: string): Promise<void> {
    this.#fault.textContent = "";
    try {
      const asked = `/dev/push/phones/${provider}?${new URLSearchParams({ user })}`;
      const registration: unknown = await (await fetch(asked, { method: "POST" })).json();
      if (typeof registration !== "object" || registration === null) throw new Error("no phone");
      await this.#options.register(user, registration);
      const token = tokenOf(registration);
      this.#phones.set(token, { provider, user, badge: undefined, shown: new Map() });
      this.#draw();
    } catch (error) {
      this.#fault.textContent = error instanceof Error ? error.message : "That did not work.";
    }
  }

  #show(seen: readonly SeenPush[]): void {
    for (const push of seen) {
      this.#last = push.number;
      this.#on(push);
    }
    if (seen.length > 0) this.#draw();
  }

  #on(push: SeenPush): void {
    const { token, provider, user = "somebody", badge, kind, collapseId = String(push.number) } = push;
    let phone = this.#phones.get(token);
    if (phone === undefined) {
      phone = { provider, user, badge: undefined, shown: new Map() };
      this.#phones.set(token, phone);
    }
    phone.badge = badge ?? phone.badge;
    phone.shown.delete(collapseId);
    if (kind === "shown") phone.shown.set(collapseId, push);
  }

  #draw(): void {
    this.#list.replaceChildren(...[...this.#phones.values()].reverse().map(drawPhone));
  }
}

/** The last part of a subscription's endpoint stands for its token. */
function tokenOf(registration: object): string {
  const { token, subscription } = registration as { token?: string; subscription?: { endpoint: string } }; // SAFETY: what the desk hands out
  return token ?? subscription?.endpoint.split("/").at(-1) ?? "";
}

function drawPhone({ provider, user, badge, shown }: Phone): HTMLElement {
  const name = PROVIDERS.find((known) => known === provider);
  const title = element("strong", { textContent: user });
  const head = element("header", {}, title, ` · ${name === undefined ? provider : NAMES[name]}`);
  if (badge !== undefined && badge > 0)
    head.append(element("span", { className: "badge", textContent: String(badge) }));
  const notices = [...shown.values()].reverse().map(drawNotice);
  const empty = element("p", { className: "hint", textContent: "Nothing on its screen." });
  return element("section", { className: "phone" }, head, ...(notices.length === 0 ? [empty] : notices));
}

function drawNotice({ title = "", body = "", atMs }: SeenPush): HTMLElement {
  const time = new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return element(
    "div",
    { className: "notice" },
    element("small", { textContent: time }),
    element("strong", { textContent: title }),
    element("span", { textContent: body }),
  );
}
