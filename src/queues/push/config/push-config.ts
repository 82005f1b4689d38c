import { z } from "zod";
import { parsedJson } from "../json.ts";
import { PackageCredentials } from "./credentials.ts";
import { ProviderTuning } from "./tuning.ts";

/** As devices may register with. */
export const PackageName = z.string().regex(/^[!-~]{1,255}$/, "is no package name");

/** What an operator sets up for push: one JSON, by environment variable, file or secret. */
export const PushConfig = z.strictObject({
  /** Where vendors reach this server, for receipts: `https://chat.example.com`. */
  publicUrl: z.url({ protocol: /^https?$/ }).exactOptional(),
  packages: z.record(PackageName, PackageCredentials).default({}),
  providers: ProviderTuning.prefault({}),
});
export type PushConfig = z.infer<typeof PushConfig>;

/** Nobody can be reached. */
export const NO_PUSH: PushConfig = PushConfig.parse({});

/** Every object of a Workers isolate reads the configuration; it is parsed once for all of them. */
let made: { readonly text: string; readonly config: PushConfig } | undefined;

/** Reads it from its text, or says everything that is wrong with it; never what a secret is. */
export const PushConfigText = z.string().transform((text, context): PushConfig => {
  if (text.trim() === "") return NO_PUSH;
  if (made?.text === text) return made.config;
  const json = parsedJson(text);
  if (json === undefined) {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
  const parsed = PushConfig.safeParse(json);
  if (parsed.success) {
    made = { text, config: parsed.data };
    return parsed.data;
  }
  for (const { path, message } of parsed.error.issues)
    context.addIssue(`at ${path.map(String).join(" › ") || "the top"}: ${message}`);
  return z.NEVER;
});
