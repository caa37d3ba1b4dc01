import type { PathHealth } from '@patronus/core';

/** Which way nothing passes on a path that is down. */
export type FailedDirection = 'forward' | 'reverse' | 'both';

interface Told {
  readonly healthStatus: PathHealth;
  readonly loss: number | null;
  readonly reverseLoss: number | null;
}

/**
 * By what both ends tell. An edge whose probes do not arrive while it hears the far end tells of no loss on the way back; one
 * that hears nothing cannot tell whether its own arrive, but the far end, whose path leads the other way, can.
 */
export function failedDirection(path: Told, wayBack: Told | undefined): FailedDirection | null {
  if (path.healthStatus !== 'down') return null;
  if (isHearing(path)) return 'forward';
  if (wayBack?.healthStatus !== 'down') return null;
  return isHearing(wayBack) ? 'reverse' : 'both';
}

const isHearing = ({ loss, reverseLoss }: Told): boolean => loss !== null && reverseLoss === null;
