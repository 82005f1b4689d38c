import { z } from "zod";
import { AppId } from "../ids.ts";
import type { AppStatus, SectionName, SectionValue } from "./app-settings.ts";

/** Who asked, for the audit: `root`, `deployment`, a key's id; without it, code of ours. */
interface Asked {
  readonly by?: string | undefined;
}

/** Sets a value of a section, or with null takes it away. Answers with `AppChanged`. */
type SetCall = {
  readonly [S in SectionName]: Asked & {
    readonly type: "app.set";
    readonly section: S;
    /** "" in a section that exists once. */
    readonly id: string;
    readonly value: SectionValue<S> | null;
    /** Only while this is the value, as the settings told it, or with null there is none; else `PRECONDITION_FAILED`. */
    readonly before?: SectionValue<S> | null | undefined;
  };
}[SectionName];

/** Writes down what an administrator did elsewhere, once for each `source`. Answers with nothing. */
export interface NoteCall {
  readonly type: "app.note";
  readonly by: string;
  readonly action: string;
  readonly about: string;
  /** When, in ms since 1970. */
  readonly at: number;
  /** Where, and which of the deeds there. */
  readonly source: string;
}

/** Calls to the room of an app. */
export type AppCall =
  /** Answers with `AppSettings`. */
  | { readonly type: "app.settings" }
  | SetCall
  /** Answers with `AppChanged`. May be repeated. */
  | (Asked & { readonly type: "app.status"; readonly status: AppStatus })
  | NoteCall
  /** Answers with `AuditPage`, the newest first. */
  | { readonly type: "app.audit"; readonly before?: number | undefined; readonly limit: number }
  /** Of a signed request; used before it is `BAD_CREDENTIALS`. Answers with nothing. */
  | { readonly type: "app.nonce"; readonly keyId: string; readonly created: number; readonly nonce: string }
  | RegistryCall;

/** Calls to the room of the deployment, which knows its apps. */
export type RegistryCall =
  /** Answers with `AppRecord`. Repeated with the same `request` it answers alike; else `APP_EXISTS`. */
  | {
      readonly type: "apps.add";
      readonly app: AppId;
      readonly name: string;
      readonly request: string;
    }
  /** Answers with `AppRecord`, or `NO_SUCH_APP`. */
  | { readonly type: "apps.get"; readonly app: AppId }
  /** Answers with `AppPage`, by id. */
  | { readonly type: "apps.list"; readonly after: string; readonly limit: number };

export interface AppChanged {
  /** Of the settings, as they are now. */
  readonly version: number;
}

export const AuditRecord = z.object({
  id: z.int(),
  /** ms since 1970 */
  at: z.int(),
  /** `root`, `deployment` (a key of the configuration), the id of an API key, or `system`. */
  by: z.string(),
  action: z.string(),
  /** What it was done to. */
  about: z.string(),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

export const AuditPage = z.object({ records: z.array(AuditRecord), more: z.boolean() });
export type AuditPage = z.infer<typeof AuditPage>;

export const AppRecord = z.object({
  app: AppId,
  name: z.string(),
  /** ms since 1970 */
  createdAt: z.int(),
});
export type AppRecord = z.infer<typeof AppRecord>;

export const AppPage = z.object({ apps: z.array(AppRecord), more: z.boolean() });
export type AppPage = z.infer<typeof AppPage>;
