/** Bundled for a browser: runs one case of the stores' contract against IndexedDB. */
import { IndexedDbStore } from "../../src/client/indexed-db-store.ts";
import { storeCases } from "./suites/store.ts";

declare global {
  var runStoreCase: (index: number) => Promise<void>;
  var IndexedDb: typeof IndexedDbStore;
}

globalThis.IndexedDb = IndexedDbStore;
globalThis.runStoreCase = async (index) => {
  const user = `case-${index}`;
  await storeCases[index]?.run({ open: () => new IndexedDbStore(user) });
};
