import type { ProbeProfile } from '@patronus/core';

/** How a path of some profile is probed, and over how much its figures are taken. */
export interface ProbeTiming {
  /** Between probes of a path that answers. */
  readonly intervalMs: number;
  /**
   * Between probes once one was missed, until a reply comes or the path is down. Too long delays the verdict, too short
   * counts one burst of loss as three misses.
   */
  readonly suspectIntervalMs: number;
  /**
   * The least time that a reply may take longer than expected where replies have been punctual, and where they have not. Too short
   * calls a scheduling hiccup at either end a miss, too long adds to every outage.
   */
  readonly leastMarginMs: number;
  readonly cautiousMarginMs: number;
  /** Probes over which loss is taken: the resolution is one in as many, the memory that many intervals. */
  readonly lossWindow: number;
  /** Replies over which delay is taken (median): more are steadier, fewer follow a change sooner. */
  readonly delayWindow: number;
  /**
   * Octets a day that probes and their replies may use on the uplink, null for any amount. When it is used up, probes are
   * `thriftyIntervalMs` apart.
   */
  readonly bytesPerDay: number | null;
  readonly thriftyIntervalMs: number;
  /** Every so many probes tell and ask how traffic arrives. More often costs octets, more seldom delays what they say of it. */
  readonly extendedEvery: number;
  /** Figures of a path are computed anew at most this often: they are medians and shares, not counters. */
  readonly qualityRefreshMs: number;
}

/**
 * Octets of a probe on the uplink: 44 of STAMP, UDP and IPv4 headers, and WireGuard's 32 with its own UDP and IPv4 headers
 * around them, padded to 16. Those of metered paths, the only ones that are counted, are hardly ever extended.
 */
export const probeWireBytes = 144;

export const probeTiming: Readonly<Record<ProbeProfile, ProbeTiming>> = {
  fast: {
    intervalMs: 10,
    suspectIntervalMs: 10,
    leastMarginMs: 3,
    cautiousMarginMs: 10,
    lossWindow: 200,
    delayWindow: 20,
    bytesPerDay: null,
    thriftyIntervalMs: 10,
    extendedEvery: 1,
    qualityRefreshMs: 50,
  },
  default: {
    intervalMs: 100,
    suspectIntervalMs: 20,
    leastMarginMs: 10,
    cautiousMarginMs: 10,
    lossWindow: 100,
    delayWindow: 20,
    bytesPerDay: null,
    thriftyIntervalMs: 100,
    extendedEvery: 1,
    qualityRefreshMs: 200,
  },
  metered: {
    intervalMs: 1_000,
    suspectIntervalMs: 200,
    leastMarginMs: 50,
    cautiousMarginMs: 50,
    lossWindow: 50,
    delayWindow: 8,
    bytesPerDay: 25_000_000,
    thriftyIntervalMs: 5_000,
    extendedEvery: 10,
    qualityRefreshMs: 200,
  },
};

/**
 * How long the first reply of a path may take. A tunnel that has just been made shakes hands first; too short reports
 * paths as down that were never up, too long hides one that does not work.
 */
export const firstReplyTimeoutMs = 2_000;

/** The longest a reply may take; later ones are as good as lost to those who talk over the path. */
export const maxReplyMs = 1_000;

/**
 * How often it is looked how traffic from elsewhere arrives, so that its sender can be told at once when it does so badly.
 * More seldom delays the sender's verdict, more often costs processor time where there are many paths.
 */
export const arrivalsLookMs = 20;

/** So many packets lost, overtaken or doubled since the sender was told are worth a probe at once. */
export const tellingEvents = 2;

/** How soon after its last decisions the engine takes up news of traffic that arrives badly. */
export const newsReviewMs = 20;

/** What is sure of loss with this quantile of the normal distribution (one in a hundred) is sure enough to move traffic. */
export const lossCertainty = 2.33;

/**
 * A run of misses is believed after this long even if no other path to the site answers. Shorter takes a machine that held
 * its breath for an outage of everything; nothing is lost by waiting, as there is no path to move to.
 */
export const loneVerdictMs = 400;
/**
 * And after this long though others to the site have not missed enough to be given up with it. Long enough for three hurried probes
 * of the metered profile.
 */
export const longestSilenceMs = 2_000;

/**
 * A path's word counts after it has answered promptly for this long. Tunnels that were held up do not all go on in the same
 * instant; shorter condemns the last of them, longer delays the verdict after such a time.
 */
export const witnessSettleMs = 10;

/** Fewer probes than this say nothing about loss. */
export const leastLossSamples = 10;

/**
 * When the loop wakes this much after it meant to, the machine was busy, the tunnels' processes perhaps too; replies due
 * meanwhile get another margin. Too small puts off true verdicts, too large believes in losses that were our own doing.
 */
export const lateLoopMs = 6;
/** Times that one probe may get more time for that reason; without a bound, a busy machine would never see a line fail. */
export const maxRearms = 2;

/** How often every path is reported. */
export const reportIntervalMs = 1_000;

/** How often decisions are reviewed when no path changed: the dwell times of policies end on such a review. */
export const reviewIntervalMs = 100;

/** How often next-hop groups that the kernel refused are tried again. */
export const groupRetryMs = 1_000;
