import type { PathHealth, PathOverride, PathQuality, PolicyAction } from '@patronus/core';
import { slaBreach } from './sla.ts';

/** A path between two sites, as far as its choice depends on it. */
export interface PathFacts {
  readonly localLabel: string;
  readonly remoteLabel: string;
  readonly health: PathHealth;
  readonly quality: PathQuality;
  /** Null while traffic may use it. */
  readonly override: PathOverride | null;
}

/** Why a policy's traffic takes, or does not take, a path beside those that carry it now: the first reason that holds. */
export function explainPath(action: PolicyAction, path: PathFacts, chosen: readonly PathFacts[]): string {
  if (chosen.includes(path)) return 'carries it now';
  const labels = [path.localLabel, path.remoteLabel];
  const named = (list: readonly string[] | undefined): string | undefined =>
    labels.find((label) => list?.includes(label));
  const breach = action.sla === undefined ? null : slaBreach(action.sla, path.quality);
  const better = chosen.map((each) => preference(action, each)).some((rank) => rank < preference(action, path));
  if (path.health === 'down') return 'it is down';
  if (named(action.never) !== undefined) return `the policy never uses ${named(action.never)}`;
  if (path.override !== null) return `it was taken out of use by ${path.override.by}: ${path.override.reason}`;
  if (path.health === 'unknown') return 'nothing is known of it yet';
  if (breach !== null) return `it breaks the SLA: ${breach}`;
  if (named(action.avoid) !== undefined) return `the policy avoids ${named(action.avoid)}`;
  if (better) return 'the policy prefers the label of another';
  if (path.health === 'degraded') return 'it is degraded';
  return 'it suits no better than the one in use, by cost and delay, or has yet to prove itself';
}

/** The lower the better: places in the list of preferred labels. */
function preference({ prefer = [] }: PolicyAction, { localLabel, remoteLabel }: PathFacts): number {
  const place = (label: string): number => (prefer.includes(label) ? prefer.indexOf(label) : prefer.length);
  return place(localLabel) + place(remoteLabel);
}
