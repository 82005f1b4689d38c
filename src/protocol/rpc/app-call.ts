import type { AppStatus, SectionName, SectionValue } from "./app-settings.ts";

/** Sets a value of a section, or with null takes it away. Answers with `AppChanged`. */
type SetCall = {
  readonly [S in SectionName]: {
    readonly type: "app.set";
    readonly section: S;
    /** "" in a section that exists once. */
    readonly id: string;
    readonly value: SectionValue<S> | null;
    /** Only while the settings have this version; else `PRECONDITION_FAILED`. */
    readonly ifVersion?: number | undefined;
  };
}[SectionName];

/** Calls to the room of an app. */
export type AppCall =
  /** Answers with `AppSettings`. */
  | { readonly type: "app.settings" }
  | SetCall
  /** Answers with `AppChanged`. May be repeated. */
  | { readonly type: "app.status"; readonly status: AppStatus };

export interface AppChanged {
  /** Of the settings, as they are now. */
  readonly version: number;
}
