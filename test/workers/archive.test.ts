import { createClient } from "@libsql/client/web";
import { describe, inject, it } from "vitest";
import { Archive } from "../contract/archive-under-test.ts";
import { archiveCases } from "../contract/suites/archive.ts";
import { searchCases } from "../contract/suites/archive-search.ts";
import { ARCHIVE_URL } from "../support/archive-url.ts";

describe("an archive as workerd reaches it", () => {
  const client = createClient({ url: inject(ARCHIVE_URL) });
  const cases = [...archiveCases, ...searchCases].map(({ name, run }) => [name, run] as const);
  it.each(cases)("%s", (_, run) => run(new Archive(client)));
});
