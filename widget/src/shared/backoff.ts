/** How long to wait before the next try: doubling, capped, half of it random. */

const FIRST_MS = 500;
const CAP_MS = 30_000;

/** Milliseconds before try number `attempt` (0 = the first after a loss); `random` in [0, 1). */
export function backoff(attempt: number, random: number): number {
  const span = Math.min(CAP_MS, FIRST_MS * 2 ** Math.max(0, Math.min(attempt, 16)));
  return Math.round(span / 2 + (span / 2) * random);
}
