import type { Measures } from "../../kernel/measures.ts";

const EVERY_MS = 500;
const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** How late timers are: what everything else waits for the event loop. Returns what ends it. */
export function measureLoopDelay({ metrics, steadyMs }: Measures): () => void {
  const delay = metrics.histogram(
    {
      name: "parley_event_loop_delay_seconds",
      unit: "seconds",
      help: "How late a timer was, looked at twice a second.",
    },
    BOUNDS_S,
  );
  let dueAtMs = steadyMs() + EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = steadyMs();
    delay.observe(Math.max(0, nowMs - dueAtMs) / 1_000);
    dueAtMs = nowMs + EVERY_MS;
  }, EVERY_MS);
  return () => clearInterval(timer);
}
