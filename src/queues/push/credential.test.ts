import { describe, expect, it } from "vitest";
import { Credential, type Issued } from "./credential.ts";

const LIFE_MS = 100_000;

function aCredential() {
  const time = { nowMs: 0 };
  const answers: PromiseWithResolvers<Issued>[] = [];
  const credential = new Credential({
    clock: { nowMs: () => time.nowMs },
    refreshAheadMs: 10_000,
    issue: () => {
      const answer = Promise.withResolvers<Issued>();
      answers.push(answer);
      return answer.promise;
    },
  });
  const answer = (value: string) => answers.at(-1)?.resolve({ value, expiresAtMs: time.nowMs + LIFE_MS });
  const fail = () => answers.at(-1)?.reject(new Error("down"));
  const first = async (value: string) => {
    const asked = credential.value();
    answer(value);
    return await asked;
  };
  return { credential, time, answer, fail, first, issues: () => answers.length };
}

describe("a credential", () => {
  it("is asked for once by all who need it at the same time", async () => {
    const { credential, answer, issues } = aCredential();
    const asked = Promise.all([credential.value(), credential.value(), credential.value()]);
    answer("one");
    expect(await asked).toEqual(["one", "one", "one"]);
    expect(issues()).toBe(1);
  });

  it("is kept until it is about to expire", async () => {
    const { credential, time, answer, first, issues } = aCredential();
    await first("one");
    time.nowMs = LIFE_MS - 10_001;
    expect(await credential.value()).toBe("one");
    time.nowMs = LIFE_MS - 10_000;
    const asked = credential.value();
    answer("two");
    expect(await asked).toBe("two");
    expect(issues()).toBe(2);
  });

  it("serves on while it is valid when refreshing it ahead fails, and not longer", async () => {
    const { credential, time, fail, first } = aCredential();
    await first("one");
    time.nowMs = LIFE_MS - 1;
    const early = credential.value();
    fail();
    expect(await early).toBe("one");
    time.nowMs = LIFE_MS;
    const late = credential.value();
    fail();
    await expect(late).rejects.toThrow("down");
  });

  it("is asked for again after a failure", async () => {
    const { credential, fail, first } = aCredential();
    const asked = credential.value();
    fail();
    await expect(asked).rejects.toThrow("down");
    expect(await first("one")).toBe("one");
  });

  it("that was refused is not used again, and a late refusal of an older one is ignored", async () => {
    const { credential, first, issues } = aCredential();
    await first("one");
    credential.refused("one");
    expect(await first("two")).toBe("two");
    credential.refused("one");
    expect(await credential.value()).toBe("two");
    expect(issues()).toBe(2);
  });

  it("that never comes does not hold up those who ask later", async () => {
    const { credential, time, first } = aCredential();
    void credential.value();
    time.nowMs = 15_000;
    expect(await first("two")).toBe("two");
  });
});
