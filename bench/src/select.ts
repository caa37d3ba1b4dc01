import { percentile, unmeasured, type PathId, type Policy, type SiteId } from '@patronus/core';
import { planSteering, resumeSteering, stepSteering, type CandidatePath, type PathReading } from '@patronus/policy';
import type { Bench } from './bench-line.ts';

const pathCount = 1_000;
const siteCount = 111;
const policyCount = 50;
const labels = ['mpls', 'broadband', 'lte'];

/** Steps are 100 ms of virtual time apart; in each another path is down. */
const stepMs = 100;
const warmUpSteps = 200;
const measuredSteps = 1_000;

const sites = Array.from({ length: siteCount }, (_, index) => `site-${index}` as SiteId);

const paths = Array.from({ length: pathCount }, (_, index): CandidatePath => ({
  pathId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` as PathId,
  remoteSiteId: sites[index % siteCount]!,
  localLabel: labels[index % labels.length]!,
  remoteLabel: labels[Math.floor(index / labels.length) % labels.length]!,
  localEnd: String(index % labels.length),
  remoteEnd: String(Math.floor(index / labels.length)),
  cost: index % 4,
  profile: 'default',
}));

const policies = Array.from({ length: policyCount }, (_, index): Policy => ({
  id: index + 1,
  class: index + 1,
  priority: index,
  name: `policy ${index}`,
  match: {},
  action: {
    type: 'steer',
    prefer: [labels[index % labels.length]!],
    ...(index % 2 === 0 ? {} : { sla: { maxDelayMs: 150, maxJitterMs: 30, maxLossPercent: 1 + (index % 5) } }),
    ...(index % 5 === 0 ? { never: ['lte'] } : {}),
  },
}));

const readings = paths.map((_path, index): PathReading => {
  const forward = { delayMs: 10 + (index % 7), jitterMs: 1, lossPercent: 0 };
  return { health: 'up', healthSinceMs: 0, quality: { ...unmeasured, forward, mos: 4 }, override: null };
});

export const bench: Bench = {
  about: `choosing paths for ${pathCount} paths and ${policyCount} policies`,
  run(report) {
    const plan = planSteering({ policies, sites, paths });
    let state = resumeSteering(plan, 0);
    const took: number[] = [];
    for (let step = 1; step <= warmUpSteps + measuredSteps; step++) {
      const nowMs = step * stepMs;
      const down = (step * 37) % pathCount;
      const seen = readings.with(down, { ...readings[down]!, health: 'down', healthSinceMs: nowMs });
      const start = performance.now();
      ({ state } = stepSteering(plan, state, seen, nowMs));
      if (step > warmUpSteps) took.push(performance.now() - start);
    }
    for (const share of [0.5, 0.99]) {
      report({ metric: `one step, p${share * 100}`, value: percentile(took, share), unit: 'ms', samples: took.length });
    }
    return Promise.resolve();
  },
};
