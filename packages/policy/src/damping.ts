/** How a wait grows and shrinks. */
export interface Damping {
  /** The wait of what has not failed lately. */
  readonly baseMs: number;
  /** It never grows beyond this. */
  readonly maxMs: number;
  /** What was well for this long has not relapsed, and what was well for several times this long has its wait halved as often. */
  readonly stableAfterMs: number;
}

/**
 * The wait after a failure: it doubles with every relapse, and each stretch of stability before the failure halves it
 * (as route flap damping does, RFC 2439, section 4.2). `stableMs` is how long all was well; 0 for a wait not yet used.
 */
export function dampedWait(previousMs: number, stableMs: number, { baseMs, maxMs, stableAfterMs }: Damping): number {
  if (previousMs === 0) return baseMs;
  const halvings = Math.floor(stableMs / stableAfterMs);
  const waitMs = halvings === 0 ? 2 * previousMs : previousMs / 2 ** halvings;
  return Math.min(maxMs, Math.max(baseMs, waitMs));
}
