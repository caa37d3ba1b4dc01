/** `unknown` before enough samples; `degraded` while measured quality is poor but packets pass. */
export type PathHealth = 'unknown' | 'up' | 'degraded' | 'down';

/** Quality of one direction of a path over the measurement window. */
export interface DirectionQuality {
  /** One-way delay, ms: exact in its changes; its base is half the shortest round trip, as clocks differ between sites. */
  readonly delayMs: number | null;
  /** Mean absolute difference of successive one-way delays, ms (RFC 3550, section 6.4.1). */
  readonly jitterMs: number | null;
  /** Share of lost packets, percent: of the traffic where it is counted, of probes otherwise. */
  readonly lossPercent: number | null;
  /** Share of the traffic's packets that came after one that was sent later, percent (RFC 4737, section 3.4). */
  readonly reorderingPercent?: number | null;
  /** Share of the traffic's packets that came more than once, percent (RFC 5560). */
  readonly duplicationPercent?: number | null;
  /** Where these shares are taken from a sample: what they are at least, whatever chance had to do with it. */
  readonly atLeast?: SharesAtLeast;
}

/** Lower limits of confidence of the shares of a direction, percent; null where nothing was measured. */
export interface SharesAtLeast {
  readonly lossPercent: number | null;
  readonly reorderingPercent: number | null;
  readonly duplicationPercent: number | null;
}

/** What the prober knows of one directed path now. Null means not yet measured. */
export interface PathQuality {
  readonly rttMs: number | null;
  /** From us to the far end; this is what the path's figures mean. */
  readonly forward: DirectionQuality;
  readonly reverse: DirectionQuality;
  /** Mean opinion score 1–4.5 of a call over the forward direction (ITU-T G.107). */
  readonly mos: number | null;
}

/** Somebody wants traffic off a path: it is used only when nothing else is usable, until this is released or over. */
export interface PathOverride {
  readonly reason: string;
  /** The name of whoever asked. */
  readonly by: string;
  /** Unix ms from which it no longer holds; null for until it is released. */
  readonly expiresAt: number | null;
}

/** Whether an override holds at this time, unix ms. */
export const isInForce = ({ expiresAt }: PathOverride, wallMs: number): boolean =>
  expiresAt === null || wallMs < expiresAt;

/** The longest reason of an override, characters: a sentence; more has its place in a ticket. */
export const maxOverrideReason = 200;

export const unmeasured: PathQuality = {
  rttMs: null,
  forward: { delayMs: null, jitterMs: null, lossPercent: null },
  reverse: { delayMs: null, jitterMs: null, lossPercent: null },
  mos: null,
};
