import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultTopologyFile, loadTopology, planLab } from '../topology/index.ts';
import { labProblems } from './lab-problems.ts';
import { loadScenario } from './load-scenario.ts';
import { parseMoment } from './moment.ts';
import { shippedScenarios, shippedSuites } from './run-scenario.ts';

describe('shipped scenarios', () => {
  it.each(shippedScenarios())('%s can be read, fits the default lab and is over within 40 s', async (name) => {
    const file = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url));
    const scenario = await loadScenario(file);
    const plan = planLab(await loadTopology(defaultTopologyFile), 'test');
    expect(labProblems(scenario, plan)).toEqual([]);
    expect(scenario.name).toBe(name);
    expect(scenario.durationMs).toBeLessThan(40_000);
  });

  it('are ten', () => expect(shippedScenarios()).toHaveLength(10));

  it.each(shippedSuites().flatMap((suite) => shippedScenarios(suite)))(
    '%s can be read, and fits the lab that its suite is for',
    async (name) => {
      const scenario = await loadScenario(fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url)));
      const topology = fileURLToPath(new URL(`../../topologies/${name.split('/')[0]}.yaml`, import.meta.url));
      expect(labProblems(scenario, planLab(await loadTopology(topology), 'test'))).toEqual([]);
    },
  );
});

describe('a scenario file', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'pt-scenario-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const read = (text: string) => {
    const file = join(dir, 'trial.yaml');
    writeFileSync(file, text);
    return loadScenario(file);
  };
  const file = (parts: { streams?: string; steps?: string; expect?: string }) => `
name: trial
description: a trial
duration: 10s
streams:
  ${parts.streams ?? '- { name: call, kind: udp, from: branch, to: hq.h2, port: 16400, rate: 50 }'}
steps:
  ${parts.steps ?? '- { at: 3s, name: cut, do: break, site: branch, endpoint: mpls, silent: true }'}
expect:
  ${parts.expect ?? '- { check: outage, stream: call, max: 350ms, after: cut, before: 9s }'}
`;

  it('becomes a scenario with every default filled in', async () => {
    await expect(read(file({}))).resolves.toEqual({
      name: 'trial',
      description: 'a trial',
      durationMs: 10_000,
      settleMs: 3000,
      before: [],
      streams: [
        {
          name: 'call',
          kind: 'udp',
          from: { site: 'branch' },
          to: { site: 'hq', host: 'h2' },
          port: 16_400,
          rate: 50,
          bytes: 172,
          dscp: 0,
        },
      ],
      steps: [
        {
          name: 'cut',
          atMs: 3000,
          action: { do: 'break', site: 'branch', endpoint: 'mpls', direction: 'both', silent: true },
        },
      ],
      expect: [
        {
          check: 'outage',
          stream: 'call',
          maxMs: 350,
          after: { step: 'cut', offsetMs: 0 },
          before: { step: null, offsetMs: 9000 },
        },
      ],
    });
  });

  it('has its steps in order of time', async () => {
    const steps = '[{ at: 5s, do: heal }, { at: 1500ms, do: kill, program: edge:hq }]';
    const { steps: read5 } = await read(file({ steps, expect: '- { check: outage, stream: call, max: 1s }' }));
    expect(read5.map(({ atMs, action }) => [atMs, action.do])).toEqual([
      [1500, 'kill'],
      [5000, 'heal'],
    ]);
  });

  it.each<[string, Parameters<typeof file>[0], RegExp]>([
    [
      'a kind of stream that there is not',
      { streams: '- { name: a, kind: sctp }' },
      /streams\[0\]\.kind: must be one of udp, tcp, request/,
    ],
    [
      'a stream without a rate',
      { streams: '- { name: call, kind: udp, from: a, to: b, port: 1 }' },
      /streams\[0\].*rate/,
    ],
    [
      'a field that belongs to another kind',
      { streams: '- { name: call, kind: tcp, from: a, to: b, port: 1, rate_mbit: 1, dscp: 4 }' },
      /streams\[0\]: has no field dscp/,
    ],
    [
      'a step that there is not',
      { steps: '- { at: 1s, do: explode }' },
      /steps\[0\]\.do: must be one of break, impair/,
    ],
    ['a time without a unit', { steps: '- { at: 3, do: heal }' }, /steps\[0\]\.at/],
    ['a duration in hours', { steps: '- { at: 3h, do: heal }' }, /steps\[0\]\.at: must be a duration such as/],
    ['a program that no lab has', { steps: '- { at: 3s, do: kill, program: router }' }, /steps\[0\]\.program/],
    [
      'a step after the end',
      { steps: '- { at: 11s, name: cut, do: heal }' },
      /step cut\.at: is after the end.*prolong/,
    ],
    [
      'two steps of one name',
      { steps: '[{ at: 1s, name: cut, do: heal }, { at: 2s, name: cut, do: heal }]' },
      /"cut" is used twice/,
    ],
    [
      'a check of an unknown stream',
      { expect: '- { check: outage, stream: cal, max: 1s }' },
      /no stream "cal"; use one of call/,
    ],
    [
      'a check that does not fit its stream',
      { expect: '- { check: stall, stream: call, max: 1s }' },
      /stall is for tcp, and "call" is udp/,
    ],
    [
      'an unknown step as a point of time',
      { expect: '- { check: outage, stream: call, max: 1s, after: mended }' },
      /expect\[0\]\.after: there is no step "mended"; name one of cut/,
    ],
    [
      'nonsense as a point of time',
      { expect: '- { check: outage, stream: call, max: 1s, after: cut plus 2 }' },
      /expect\[0\]\.after: "cut plus 2" is no point of the run; write a time/,
    ],
  ])('is refused with %s', async (_what, parts, message) => {
    await expect(read(file(parts))).rejects.toThrow(message);
  });

  it('is refused where it is no YAML, naming the file', async () => {
    await expect(read('streams: [')).rejects.toThrow(/trial\.yaml/);
  });

  it('is held against the lab before it runs', async () => {
    const plan = planLab(await loadTopology(defaultTopologyFile), 'test');
    const streams = '- { name: call, kind: udp, from: paris, to: hq.h9, port: 1, rate: 1 }';
    const steps =
      '[{ at: 1s, name: cut, do: break, site: hq, endpoint: lte }, { at: 2s, do: kill, program: edge:paris }]';
    const problems = labProblems(await read(file({ streams, steps })), plan);
    expect(problems.map(({ field, problem, remedy }) => `${field}: ${problem}; ${remedy}`)).toEqual([
      'stream call.from: the lab has no site "paris"; its sites are hq, branch, cloud',
      'stream call.to: site hq has no host "h9"; its hosts are h1, h2',
      'step cut: site hq has no line "lte"; its lines are mpls, broadband',
      'step step-2: the lab has no site "paris"; its sites are hq, branch, cloud',
    ]);
  });
});

describe('a point of the run', () => {
  it.each([
    ['3s', { step: null, offsetMs: 3000 }],
    ['cut', { step: 'cut', offsetMs: 0 }],
    ['cut + 1.5s', { step: 'cut', offsetMs: 1500 }],
    ['step-2 + 200ms', { step: 'step-2', offsetMs: 200 }],
    ['cut + ', null],
    ['cut + 2s + 1s', null],
    ['', null],
  ])('written as "%s"', (text, moment) => expect(parseMoment(text)).toEqual(moment));
});
