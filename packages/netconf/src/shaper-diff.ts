import type { ObservedShaper, Shaper } from './kernel-state.ts';
import type { Step } from './step.ts';

/** The steps that lead from the queues that are there to those that should be. */
export function shaperSteps(observed: readonly ObservedShaper[], desired: readonly Shaper[]): Step[] {
  const standing = new Map(observed.map((shaper) => [shaper.name, shaper]));
  const wanted = new Set(desired.map(({ name }) => name));
  return [
    ...desired.flatMap((shaper) => stepsOf(standing.get(shaper.name), shaper)),
    ...observed
      .filter(({ name }) => !wanted.has(name))
      .map(({ name, redirects }): Step => ({ do: 'delete_shaper', name, devices: redirects })),
  ];
}

function stepsOf(observed: ObservedShaper | undefined, shaper: Shaper): Step[] {
  const { name, hash, redirects } = shaper;
  const same = observed?.hash === hash && observed.queues === Math.max(1, shaper.classes.length);
  const sources = redirects.filter(({ device }) => observed?.redirects.includes(device) !== true);
  const strangers = (observed?.redirects ?? []).filter((device) => !redirects.some((each) => each.device === device));
  const steps: (Step | false)[] = [
    !same && { do: 'replace_shaper', shaper, exists: observed !== undefined },
    sources.length > 0 && { do: 'redirect_to_shaper', shaper, sources },
    strangers.length > 0 && { do: 'stop_redirects', name, devices: strangers },
  ];
  return steps.filter((step) => step !== false);
}
