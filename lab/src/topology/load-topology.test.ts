import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InvalidInputError, messageOf } from '@patronus/core';
import { joinedLines, planLab } from './lab-plan.ts';
import { defaultTopologyFile, loadTopology } from './load-topology.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'topology-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The message with which a topology is refused. */
async function refusal(yaml: string): Promise<string> {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, yaml);
  const error = await loadTopology(file).then(
    () => expect.fail('the topology was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidInputError);
  return messageOf(error);
}

const site = (name: string, lan: string, rest = '[{ label: mpls, delay_ms: 5 }]'): string =>
  `  - { name: ${name}, lan: ${lan}, endpoints: ${rest} }\n`;

test('the shipped default has sixteen directed paths, and mpls meets mpls only', async () => {
  const plan = planLab(await loadTopology(defaultTopologyFile), 'x');
  const pairs = joinedLines(plan);
  expect(pairs).toHaveLength(8);
  for (const [a, b] of pairs) expect(a.label === 'mpls').toBe(b.label === 'mpls');
});

test('a LAN that overlaps another is named with the other site and a remedy', async () => {
  const message = await refusal(`name: t\nsites:\n${site('a', '10.1.0.0/16')}${site('b', '10.1.2.0/24')}`);
  expect(message).toContain('sites[1].lan: 10.1.2.0/24 overlaps 10.1.0.0/16 of site "a"; choose another prefix');
});

test('a LAN in the emulated providers is refused', async () => {
  expect(await refusal(`name: t\nsites:\n${site('a', '198.18.4.0/24')}`)).toContain('overlaps 198.18.0.0/15');
});

test('host bits are answered with the prefix that was meant', async () => {
  expect(await refusal(`name: t\nsites:\n${site('a', '10.1.0.9/24')}`)).toContain('did you mean 10.1.0.0/24');
});

test('every problem is told at once', async () => {
  const message = await refusal(
    `name: t\nlinks: [[mpls, dsl]]\nsites:\n${site('a', '10.1.0.0/24')}${site('a', '10.2.0.0/24', '[{ label: lte, delay_ms: 1 }, { label: lte, delay_ms: 2 }]')}`,
  );
  expect(message).toContain('sites[1].name: "a" is the name of an earlier site');
  expect(message).toContain('sites[1].endpoints[1].label: site "a" has a line "lte" already');
  expect(message).toContain('links[0]: no site has a line "dsl"; use one of mpls, lte');
});

test('a misspelt field and a delay of the wrong kind are named where they are', async () => {
  const message = await refusal(
    `name: t\nsites:\n${site('a', '10.1.0.0/24', '[{ label: mpls, delay_ms: fast, jiter_ms: 2 }]')}`,
  );
  expect(message).toContain('sites[0].endpoints[0].delay_ms');
  expect(message).toContain('jiter_ms');
});

test('a file that is not there and one that is no YAML name the file', async () => {
  await expect(loadTopology(join(folder, 'none.yaml'))).rejects.toThrow(/none\.yaml/);
  expect(await refusal('name: [')).toContain('lab.yaml');
});
