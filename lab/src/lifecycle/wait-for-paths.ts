import { PatronusError } from '@patronus/core';
import type { LabPlan } from '../topology/index.ts';
import { until } from '../until.ts';
import type { ControllerApi } from './controller-api.ts';
import { expectedPaths, pathName, type PathItem } from './seed.ts';

export type { PathItem } from './seed.ts';

/** The default lab takes some 10 s on two slow cores; an emulated machine ten times that. */
const pathsDeadlineMs = 180_000;
const pollMs = 200;

/**
 * Waits until every path of the plan is up and measured, and returns them. What came up before `startedMs` (unix ms) is a
 * report of edges that are gone: the controller shows it until it is stale.
 * @throws PatronusError `timeout` naming those that are not, with what they are instead; `unreachable` when the controller
 * does not answer.
 */
export async function waitForPaths(
  api: ControllerApi,
  plan: LabPlan,
  startedMs: number,
  progress: (step: string) => void = () => undefined,
): Promise<PathItem[]> {
  const expected = expectedPaths(plan);
  let paths = new Map<string, PathItem>();
  const missing = (): string[] => expected.filter((name) => stateOf(paths.get(name), startedMs) !== 'up');
  try {
    await until(
      'the paths',
      pathsDeadlineMs,
      async () => {
        paths = new Map((await api.list<PathItem>('/paths')).map((path) => [pathName(path), path]));
        progress(`waiting for the paths: ${expected.length - missing().length} of ${expected.length} up`);
        return missing().length === 0;
      },
      pollMs,
    );
  } catch (cause) {
    if (!(cause instanceof PatronusError) || cause.code !== 'timeout') throw cause;
    const list = missing().map((name) => `${name} (${stateOf(paths.get(name), startedMs)})`);
    throw new PatronusError(
      'timeout',
      `after ${pathsDeadlineMs / 1000} s these paths are not up: ${list.join(', ')}; the logs of the edges are in lab/logs`,
      { cause, facts: { missing: list } },
    );
  }
  return expected.map((name) => paths.get(name)!);
}

function stateOf(path: PathItem | undefined, startedMs: number): string {
  if (path === undefined) return 'not there';
  if (path.since === null || path.since < startedMs) return 'not reported yet';
  return path.health_status === 'up' && (path.latency === null || path.loss === null)
    ? 'unmeasured'
    : path.health_status;
}
