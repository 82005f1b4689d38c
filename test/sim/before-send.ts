import { appRoom } from "../../src/kernel/room-name.ts";
import type { BeforeSend } from "../../src/protocol/rpc/app-settings.ts";
import type { DecideCall, DecideResult, Decision } from "../../src/protocol/rpc/hook-service-call.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import { app } from "./names.ts";
import type { World } from "./world.ts";

export const beforeSend: BeforeSend = {
  url: "https://hooks.example/before-send",
  secret: "whsec_0123456789abcdefghijkl",
  timeoutMs: 500,
  onFailure: "open",
  sessions: ["single", "group"],
  serverKeys: false,
};

export function setBeforeSend(world: World, hook: Partial<BeforeSend> = {}): void {
  unwrap(
    world.call(appRoom(app), { type: "app.set", section: "beforeSend", id: "", value: { ...beforeSend, ...hook } }),
  );
}

export const decided = (...decisions: Decision[]): DecideResult => ({ kind: "decided", decisions });

/** Everything arrives but the questions to the app. */
export function landOthers(world: World): void {
  for (;;) {
    const index = world.flights.findIndex((flight) => flight.kind === "reply" || flight.to !== "@hook");
    if (index < 0) return;
    world.land(index);
  }
}

/** Answers the oldest question, and lets everything else arrive. */
export function answer(world: World, result: DecideResult): void {
  const [question] = questions(world);
  if (question === undefined) throw new Error("nobody was asked");
  world.answer(question.index, { ok: true, value: result });
  landOthers(world);
}

/** The questions that are under way to the app, with where they are among the flights. */
export function questions(world: World): {
  index: number;
  call: DecideCall;
  packIds: string[];
  messages: readonly object[];
}[] {
  return world.flights.flatMap((flight, index) => {
    if (flight.kind !== "request" || flight.to !== "@hook") return [];
    const call = flight.call as DecideCall; // SAFETY: nothing else is asked here
    const { data } = JSON.parse(call.body) as { data: { messages: { packId: string }[] } }; // SAFETY: made of frames
    return [{ index, call, packIds: data.messages.map(({ packId }) => packId), messages: data.messages }];
  });
}
