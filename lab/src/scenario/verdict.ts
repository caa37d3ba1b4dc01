/** Whether an expectation holds. */
export interface Verdict {
  readonly holds: boolean;
  /** What was expected: `voice: longest outage ≤ 350 ms`. */
  readonly expected: string;
  /** What was found instead, or with it. */
  readonly found: string;
}
