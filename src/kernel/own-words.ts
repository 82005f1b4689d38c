import type { PolicyOverrides } from "../protocol/rpc/app-settings.ts";
import { WordFilter } from "./word-filter.ts";

/** Filters of apps, as long as the settings that they were made of are remembered. */
const filters = new WeakMap<PolicyOverrides, WordFilter>();

/** The app's own words, when it has decided about them; `none`: it allows all. Made once for each version of its settings. */
export function ownWordsOf(policy: PolicyOverrides): WordFilter | "none" | undefined {
  const { words: list, wordAction: action = "replace" } = policy;
  if (list === undefined) return undefined;
  if (list.length === 0) return "none";
  let filter = filters.get(policy);
  if (filter === undefined) {
    filter = new WordFilter({ list, action });
    filters.set(policy, filter);
  }
  return filter;
}
