import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inNetworkNamespace } from '../native/index.ts';
import { BpfObject, whyNoPrograms } from './bpf-object.ts';
import { mapsOf, programById } from './loaded-program.ts';
import { attachedProgram, attachProgram, detachProgram, type TcPlace } from './tc-filter.ts';

const space = `pt${randomBytes(3).toString('hex')}b`;
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 5_000 });
const place: TcPlace = { device: 'lo', hook: 'ingress', priority: 10 };
const zero = new Uint8Array(4);
const packetsIn = (value: Uint8Array | null): bigint => new DataView(value!.buffer).getBigUint64(0, true);
const inside = <T>(action: () => T): T => inNetworkNamespace(space, action);
const ping = (count: number): string =>
  ip('netns', 'exec', space, 'ping', '-q', '-i', '0.002', '-c', String(count), '127.0.0.1');

const unable = whyNoPrograms();

describe.skipIf(unable !== null)(`programs in the kernel${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  beforeAll(() => {
    ip('netns', 'add', space);
    ip('-n', space, 'link', 'set', 'lo', 'up');
  });
  afterAll(() => {
    ip('netns', 'delete', space);
  });

  it('see every packet of a device, and tell through their map', () => {
    const trial = BpfObject.load('trial');
    expect(inside(() => attachedProgram(place))).toBeNull();
    inside(() => attachProgram(place, trial.program('pt_trial')));
    ping(5);
    // each ping and its answer come in once
    expect(packetsIn(trial.map('trial_packets').get(zero))).toBe(10n);
    inside(() => detachProgram(place));
    ping(5);
    expect(packetsIn(trial.map('trial_packets').get(zero))).toBe(10n);
    expect(inside(() => attachedProgram(place))).toBeNull();
    inside(() => detachProgram(place));
    trial.close();
  });

  it('outlive who attached them, and hand their maps to the next', () => {
    const first = BpfObject.load('trial');
    inside(() => attachProgram(place, first.program('pt_trial')));
    ping(3);
    first.close();
    const standing = programById(inside(() => attachedProgram(place))!);
    expect(standing.name).toBe('pt_trial');
    const maps = mapsOf(standing);
    const second = BpfObject.load('trial', maps);
    for (const map of maps.values()) map.close();
    inside(() => attachProgram(place, second.program('pt_trial')));
    const now = programById(inside(() => attachedProgram(place))!);
    expect(now.id).not.toBe(standing.id);
    expect(now.tag).toBe(standing.tag);
    ping(2);
    expect(packetsIn(second.map('trial_packets').get(zero))).toBe(10n);
    expect(second.map('trial_packets').entries()).toHaveLength(1);
    inside(() => detachProgram(place));
    second.close();
  });

  it('are refused with a reason that names device and program', () => {
    const trial = BpfObject.load('trial');
    const elsewhere = { ...place, device: 'nothing0' };
    expect(() => inside(() => attachProgram(elsewhere, trial.program('pt_trial')))).toThrow(/nothing0/);
    expect(() => BpfObject.load('no-such')).toThrow(/no-such was not built.*clang/);
    trial.close();
  });
});
