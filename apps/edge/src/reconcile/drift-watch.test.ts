import type { LinkEvent } from '@patronus/linux';
import { VirtualTime } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { DriftWatch, mayBeDrift } from './drift-watch.ts';

const route = (deleted: boolean, text: string): LinkEvent => ({
  kind: 'route',
  deleted,
  text,
  protocol: / proto (\S+)/.exec(text)?.[1] ?? null,
});

describe('drift', () => {
  it.each<[string, LinkEvent, boolean]>([
    ['a new monitor', { kind: 'resync' }, true],
    ['a tunnel that is gone', { kind: 'link_deleted', device: 'pt0-0' }, true],
    ['a tunnel that goes down', { kind: 'link', device: 'pt0-0', up: false, carrier: false }, true],
    ['a tunnel that comes up', { kind: 'link', device: 'pt0-0', up: true, carrier: true }, false],
    ['an uplink that changes', { kind: 'link', device: 'eth0', up: true, carrier: true }, true],
    ['a new address of an uplink', { kind: 'address', deleted: false, device: 'eth0' }, true],
    ['a new address of a tunnel', { kind: 'address', deleted: false, device: 'pt0-0' }, false],
    ['a lost address of a tunnel', { kind: 'address', deleted: true, device: 'pt0-0' }, true],
    ['a new gateway', route(false, 'default via 192.0.2.1 dev eth0 proto dhcp'), true],
    ['a lost gateway', route(true, 'default via 192.0.2.1 dev eth0'), true],
    ['a route of ours that is gone', route(true, '10.1.0.0/24 nhid 2 table 20481 proto 80'), true],
    ['a route of ours that was made', route(false, '10.1.0.0/24 nhid 2 table 20481 proto 80'), false],
    ['a route of others', route(true, '10.9.0.0/24 dev eth0 proto static'), false],
    ['a steered group', { kind: 'next_hop', deleted: false, protocol: '80', text: 'id 2 group 1 proto 80' }, false],
    ['a lost next hop', { kind: 'next_hop', deleted: true, protocol: '80', text: 'id 2 group 1 proto 80' }, true],
    ['a lost rule of others', { kind: 'rule', deleted: true, protocol: null, text: '100: from all' }, false],
  ])('%s', (_name, event, expected) => {
    expect(mayBeDrift(event)).toBe(expected);
  });

  it('is repaired once for a burst of events, and looked for now and then', async () => {
    const time = new VirtualTime();
    let repairs = 0;
    const watch = new DriftWatch(time, () => repairs++);
    for (let i = 0; i < 5; i++) watch.seen({ kind: 'resync' });
    expect(repairs).toBe(0);
    await time.advance(100);
    expect(repairs).toBe(1);
    await time.advance(15_000);
    expect(repairs).toBe(2);
    watch.seen({ kind: 'resync' });
    watch.stop();
    await time.advance(60_000);
    expect(repairs).toBe(2);
  });
});
