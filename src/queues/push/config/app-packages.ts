import type { AppSettings } from "../../../protocol/rpc/app-settings.ts";
import { PackageCredentials } from "./credentials.ts";

/** The packages that an app has set up for itself. What a later version cannot read any more is left out. */
export function packagesOf({ push }: AppSettings): Readonly<Record<string, PackageCredentials>> {
  const packages: Record<string, PackageCredentials> = {};
  for (const [name, value] of Object.entries(push)) {
    const parsed = PackageCredentials.safeParse(value);
    if (parsed.success) packages[name] = parsed.data;
  }
  return packages;
}
