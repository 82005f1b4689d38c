import { readFileSync } from "node:fs";
import { type AdminArguments, type AdminCommand, type AdminPorts, UsageError, word } from "./command.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";

type Answer = { json(): Promise<object> };
const DAY_MS = 86_400_000;

async function told(answer: Promise<Answer>): Promise<object> {
  return (await answer).json();
}

/** `--days 30`: until then, from now on. */
function untilOf({ nowMs }: AdminPorts, { options: { days } }: AdminArguments): number | undefined {
  if (days === undefined) return undefined;
  if (!(Number(days) > 0)) throw new UsageError("--days needs a number");
  return Math.round(nowMs() + Number(days) * DAY_MS);
}

/** JSON from the command line, or with `@` from a file. */
function json(text: string): object {
  try {
    return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text) as object; // SAFETY: the server checks it
  } catch (cause) {
    throw new UsageError("what was given is not JSON", { cause });
  }
}

const apps = {
  "apps list": { usage: "", run: ({ deployment }) => told(deployment.apps.$get({ query: {} })) },
  "apps show": {
    usage: "<app>",
    run: ({ deployment }, given) => told(deployment.apps[":app"].$get({ param: { app: word(given) } })),
  },
  "apps create": {
    usage: "<app> [--name …]",
    run: ({ deployment }, given) => {
      const { name } = given.options;
      return told(deployment.apps.$post({ json: { app: word(given), ...(name === undefined ? {} : { name }) } }));
    },
  },
  "apps configure": {
    usage: "<app> '<policy as JSON>'",
    run: ({ deployment }, given) => {
      const request = { param: { app: word(given) }, json: json(word(given, 1)) };
      return told(deployment.apps[":app"].policy.$put(request));
    },
  },
  "apps suspend": {
    usage: "<app>",
    run: ({ deployment }, given) => told(deployment.apps[":app"].suspend.$post({ param: { app: word(given) } })),
  },
  "apps resume": {
    usage: "<app>",
    run: ({ deployment }, given) => told(deployment.apps[":app"].resume.$post({ param: { app: word(given) } })),
  },
} as const satisfies Record<string, AdminCommand>;

const keys = {
  "keys list": { usage: "", run: ({ app }) => told(app.keys.$get()) },
  "keys create": {
    usage: "--name … --scopes messages:write,users:read [--days …]",
    run: (ports, given) => {
      const { name, scopes } = given.options;
      if (name === undefined || scopes === undefined) throw new UsageError("--name and --scopes are needed");
      const expiresAt = untilOf(ports, given);
      const body = { name, scopes: scopes.split(","), ...(expiresAt === undefined ? {} : { expiresAt }) };
      return told(ports.app.keys.$post({ json: body }));
    },
  },
  "keys revoke": {
    usage: "<key id>",
    run: ({ app }, given) => told(app.keys[":keyId"].$delete({ param: { keyId: word(given) } })),
  },
} as const satisfies Record<string, AdminCommand>;

const people = {
  "users list": {
    usage: "[<cursor>]",
    run: ({ app }, { words: [cursor] }) => told(app.users.$get({ query: cursor === undefined ? {} : { cursor } })),
  },
  "users show": {
    usage: "<user>",
    run: ({ app }, given) => told(app.users[":userId"].$get({ param: { userId: word(given) } })),
  },
  "users import": {
    usage: "'<users as JSON>' | @<file>",
    run: ({ app }, given) => {
      const users = json(word(given)) as { userId: string }[]; // SAFETY: the server checks it
      return told(app.users.batch.$post({ json: { users } }));
    },
  },
  "users ban": {
    usage: "<user> [--reason …] [--days …]",
    run: (ports, given) => {
      const [until, { reason }] = [untilOf(ports, given), given.options];
      const ban = { ...(until === undefined ? {} : { until }), ...(reason === undefined ? {} : { reason }) };
      return told(ports.app.users[":userId"].ban.$put({ param: { userId: word(given) }, json: ban }));
    },
  },
  "users unban": {
    usage: "<user>",
    run: ({ app }, given) => told(app.users[":userId"].ban.$delete({ param: { userId: word(given) } })),
  },
  "users erase": {
    usage: "<user>",
    run: ({ app }, given) => told(app.users[":userId"].erase.$post({ param: { userId: word(given) } })),
  },
  "groups show": {
    usage: "<group id>",
    run: ({ app }, given) => told(app.groups[":groupId"].$get({ param: { groupId: word(given) }, query: {} })),
  },
} as const satisfies Record<string, AdminCommand>;

const settings = {
  "settings show": { usage: "", run: ({ app }) => told(app.settings.$get()) },
  "settings policy": {
    usage: "'<policy as JSON>'",
    run: ({ app }, given) => told(app.settings.policy.$put({ json: json(word(given)) })),
  },
  stats: { usage: "", run: ({ app }) => told(app.stats.$get()) },
  audit: { usage: "", run: ({ app }) => told(app.audit.$get({ query: {} })) },
} as const satisfies Record<string, AdminCommand>;

const history = { export: exportCommand, import: importCommand };

/** By what is typed. */
export const COMMANDS: Readonly<Record<string, AdminCommand>> = {
  ...apps,
  ...keys,
  ...people,
  ...history,
  ...settings,
};

export function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) => `  npm run admin -- ${name} ${command.usage}`);
  return `PARLEY_URL (http://127.0.0.1:8080), PARLEY_KEY for an app, PARLEY_ROOT_KEY for apps:\n${lines.join("\n")}`;
}

/** The command whose name the words begin with, and the words after it. */
export function commandOf(words: readonly string[]): { command: AdminCommand; words: readonly string[] } | undefined {
  for (const length of [2, 1]) {
    const command = COMMANDS[words.slice(0, length).join(" ")];
    if (command !== undefined) return { command, words: words.slice(length) };
  }
  return undefined;
}
