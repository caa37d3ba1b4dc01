import { describe, expect, it } from 'vitest';
import { defaultTopologyFile, loadTopology, planLab } from '../topology/index.ts';
import type { ControllerApi } from './controller-api.ts';
import { expectedPaths, type PathItem } from './seed.ts';
import { waitForPaths } from './wait-for-paths.ts';

const startedMs = 1_800_000_000_000;
const plan = planLab(await loadTopology(defaultTopologyFile), 'test');

/** Every path of the default lab as the controller would show it. */
const paths = (parts: Partial<PathItem>): PathItem[] =>
  expectedPaths(plan).map((name) => {
    const [source, dest] = name.split(' → ').map((end) => end.split('/')) as [string[], string[]];
    return {
      id: name,
      source_site: source[0]!,
      source_label: source[1]!,
      dest_site: dest[0]!,
      dest_label: dest[1]!,
      latency: 20,
      jitter: 1,
      loss: 0,
      health_status: 'up',
      since: startedMs + 1000,
      ...parts,
    };
  });

async function wait(...answers: PathItem[][]): Promise<string[]> {
  const steps: string[] = [];
  const list = async () => (answers.length > 1 ? answers.shift()! : answers[0]!);
  await waitForPaths({ list } as unknown as ControllerApi, plan, startedMs, (step) => steps.push(step));
  return steps.map((step) => step.replace('waiting for the paths: ', ''));
}

describe('waiting for the paths of a lab', () => {
  it('ends when all are up', async () => {
    await expect(wait(paths({}))).resolves.toEqual(['16 of 16 up']);
  });

  it.each<[string, Partial<PathItem>]>([
    ['is down', { health_status: 'down' }],
    ['is not measured yet', { loss: null }],
    ['was reported by the edges of the lab before', { since: startedMs - 1 }],
    ['was never reported', { since: null }],
  ])('goes on while one %s', async (_state, parts) => {
    const [first, ...others] = paths({});
    await expect(wait([{ ...first!, ...parts }, ...others], paths({}))).resolves.toEqual([
      '15 of 16 up',
      '16 of 16 up',
    ]);
  });
});
