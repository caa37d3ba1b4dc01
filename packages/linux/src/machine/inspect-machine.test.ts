import { PatronusError } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import type { Command, CommandRunner } from '../command-runner.ts';
import { inspectMachine, type FeatureState, type MachineReport } from './inspect-machine.ts';

/** A machine on which only what the function allows succeeds. */
const machine = (allows: (command: Command) => boolean): CommandRunner => ({
  run: (command) =>
    allows(command)
      ? Promise.resolve('version 1\n')
      : Promise.reject(
          new PatronusError('command_failed', 'it failed', { facts: { stderr: 'banner\nError: no such thing\n' } }),
        ),
});
const stateOf = (report: MachineReport, name: string): FeatureState | undefined =>
  report.features.find((feature) => feature.name === name)?.state;

describe('what a machine can do', () => {
  it('is everything where every trial succeeds', async () => {
    const report = await inspectMachine(machine(() => true));
    expect(report.features.every(({ state, remedy }) => state === 'ok' && remedy === null)).toBe(true);
    expect(report.canRunLab).toBe(true);
  });

  it('is less with wireguard-go and without netem, but enough', async () => {
    const report = await inspectMachine(machine(({ args }) => !/type wireguard|root netem/.test(args.join(' '))));
    expect(stateOf(report, 'WireGuard')).toBe('limited');
    expect(report.features.find(({ name }) => name === 'queue netem')).toMatchObject({
      state: 'limited',
      detail: 'Error: no such thing',
      remedy: expect.stringContaining('sch_netem') as string,
      consequence: expect.stringContaining('through a program') as string,
    });
    expect(report.canRunLab).toBe(true);
  });

  it('is enough without queues of its own, and says what goes without', async () => {
    const report = await inspectMachine(
      machine(({ args }) => !/htb|ifb|cake|fq_codel|masquerade|log prefix/.test(args.join(' '))),
    );
    const limited = report.features.filter(({ state }) => state === 'limited');
    expect(limited.map(({ name }) => name)).toEqual([
      'queue htb',
      'redirection to ifb',
      'queue cake',
      'queue fq_codel',
      'flow log',
      'address translation',
    ]);
    expect(limited.every(({ consequence }) => consequence !== null)).toBe(true);
    expect(report).toMatchObject({ canRunEdge: true, canRunLab: true });
  });

  it('is too little without nftables, and says how to get it', async () => {
    const report = await inspectMachine(
      machine(({ tool, args }) => tool !== 'nft' && !args.join(' ').includes('nft ')),
    );
    expect(report.features.find(({ name }) => name === 'nft')).toMatchObject({ remedy: 'apt install nftables' });
    expect(report).toMatchObject({ canRunEdge: false, canRunLab: false });
  });

  it('tries nothing in the machine itself where it may have no namespace', async () => {
    const tried: string[] = [];
    const report = await inspectMachine(
      machine(({ tool, args }) => {
        tried.push(tool);
        return tool !== 'unshare' || args.includes('--version');
      }),
    );
    expect(stateOf(report, 'network namespaces')).toBe('missing');
    expect(stateOf(report, 'WireGuard')).toBeUndefined();
    expect(report.canRunEdge).toBe(false);
    expect(tried.filter((tool) => tool === 'sh')).toEqual([]);
  });
});
