import type { AppApi, DeploymentApi } from "../../src/routes/client.ts";

/** What a command works with. */
export interface AdminPorts {
  /** With the key of an app. */
  readonly app: AppApi;
  /** With the root key. */
  readonly deployment: DeploymentApi;
  readonly nowMs: () => number;
  /** Shows how far long work is. */
  readonly say: (line: string) => void;
  /** As `say`, of what could not be done: the command fails in the end. */
  readonly complain: (line: string) => void;
  readonly pause: (ms: number) => Promise<void>;
}

export interface AdminArguments {
  /** What follows the name of the command. */
  readonly words: readonly string[];
  readonly options: Readonly<Partial<Record<"name" | "scopes" | "days" | "reason", string>>>;
}

export interface AdminCommand {
  readonly usage: string;
  /** Resolves with what is printed. */
  run(ports: AdminPorts, given: AdminArguments): Promise<object>;
}

/** Why a command was not run. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function word({ words }: AdminArguments, index = 0): string {
  const found = words[index];
  if (found === undefined) throw new UsageError("something is missing");
  return found;
}
