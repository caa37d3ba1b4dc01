import type { ProbeProfile } from '@patronus/core';

/** When a path counts as up, degraded and down. */
export interface PathTuning {
  /**
   * Consecutive unanswered probes, or missing ones of both ends, after which a path is down. Below 3, two unlucky losses move traffic;
   * above, a cut lasts longer.
   */
  readonly downAfterMisses: number;
  /** Consecutive replies after which a new path is up. With 1, a line that answers once carries traffic. */
  readonly upAfterReplies: number;
  /**
   * Consecutive unanswered probes that end a run of good replies. With 1, a line that loses one packet in twenty hardly
   * ever comes back; with as many as `downAfterMisses`, a dying line does.
   */
  readonly runEndsAfterMisses: number;
  /** How long replies must keep coming before a path that was down is up. Too short follows every flap, too long wastes a good line. */
  readonly recoverDwellMs: number;
  /** Each relapse doubles the dwell up to here. Too small lets a flapping line move traffic, too large keeps a mended one idle. */
  readonly maxRecoverDwellMs: number;
  /**
   * A path that stayed usable this long has not relapsed, and each such stretch halves its dwell. Too short forgets slow
   * flapping, too long punishes two separate cuts.
   */
  readonly stableAfterMs: number;
  /** How long quality must stay poor or good to be believed. Too short answers to one burst, too long hides a brownout. */
  readonly qualityDwellMs: number;
}

/** When a path's measured quality counts as breaking or keeping an SLA. */
export interface SlaTuning {
  /**
   * Brownouts shorter than this move nothing. Too short chases bursts, too long lets calls suffer. Shares that are certain
   * (see `SharesAtLeast`) do not wait: enough packets were counted to tell them from chance.
   */
  readonly violateDwellMs: number;
  /** How long a path must keep the tightened bounds to meet the SLA again. Too short swings to and fro with the load. */
  readonly recoverDwellMs: number;
  /** Each relapse doubles that up to here; the rest is as with {@link PathTuning}. */
  readonly maxRecoverDwellMs: number;
  readonly stableAfterMs: number;
}

export interface ProfileTuning {
  readonly path: PathTuning;
  readonly sla: SlaTuning;
  /** How long a better path must have been up and within the SLA before traffic returns to it. */
  readonly failbackDwellMs: number;
}

/** The tuning of each profile: the rarer the probes, the longer everything that must see several of them. */
export const profileTuning: Readonly<Record<ProbeProfile, ProfileTuning>> = {
  fast: {
    path: {
      downAfterMisses: 3,
      upAfterReplies: 5,
      runEndsAfterMisses: 2,
      recoverDwellMs: 1_000,
      maxRecoverDwellMs: 30_000,
      stableAfterMs: 10_000,
      qualityDwellMs: 500,
    },
    sla: { violateDwellMs: 150, recoverDwellMs: 3_000, maxRecoverDwellMs: 120_000, stableAfterMs: 30_000 },
    failbackDwellMs: 2_000,
  },
  default: {
    path: {
      downAfterMisses: 3,
      upAfterReplies: 3,
      runEndsAfterMisses: 2,
      recoverDwellMs: 3_000,
      maxRecoverDwellMs: 60_000,
      stableAfterMs: 20_000,
      qualityDwellMs: 1_000,
    },
    sla: { violateDwellMs: 1_000, recoverDwellMs: 5_000, maxRecoverDwellMs: 300_000, stableAfterMs: 60_000 },
    failbackDwellMs: 5_000,
  },
  metered: {
    path: {
      downAfterMisses: 3,
      upAfterReplies: 2,
      runEndsAfterMisses: 2,
      recoverDwellMs: 15_000,
      maxRecoverDwellMs: 120_000,
      stableAfterMs: 120_000,
      qualityDwellMs: 10_000,
    },
    sla: { violateDwellMs: 10_000, recoverDwellMs: 30_000, maxRecoverDwellMs: 900_000, stableAfterMs: 300_000 },
    failbackDwellMs: 30_000,
  },
};

/**
 * Quality at which a path that still passes packets is degraded, and the lower one at which it no longer is. Loss: TCP
 * falls to a fraction of its rate at 5 %, and a window of 100 probes with a true loss of 1 % hardly ever shows 5. Delay:
 * 400 ms one way is the most that ITU-T G.114 plans with. Jitter: common voice buffers hold 60 ms. Lower bounds would call
 * ordinary lines degraded, higher ones hide what users complain of; a policy's own needs belong into its SLA.
 */
export const degradedQuality = {
  enter: { lossPercent: 5, delayMs: 400, jitterMs: 60 },
  leave: { lossPercent: 2, delayMs: 320, jitterMs: 40 },
} as const;

/**
 * An SLA is met again at this share of its bounds. At 1, a path on its bound would be met and violated in turn; far
 * below, a path that is good enough stays unused.
 */
export const slaRecoverShare = 0.85;
/** The same for a MOS bound: an opinion score this much above it. Half of it lies within the noise of a window. */
export const slaRecoverMos = 0.1;

/**
 * What a path that is better by delay alone must offer, and for how long. Smaller moves flows for a gain nobody
 * notices; larger leaves a clear gain unused.
 */
export const delayGain = { share: 0.1, ms: 5, dwellMs: 10_000 } as const;
