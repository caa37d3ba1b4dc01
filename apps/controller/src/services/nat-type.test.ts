import { tunnelPort } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { natOf, type NatView } from './nat-type.ts';

const lte = { nat: true, address: null, port: 51_820, slot: 2 };
const own = ['192.168.8.10'];
const seen = (observerSlot: number, address: string, port: number): NatView => ({ observerSlot, address, port });

describe('the NAT before an uplink', () => {
  it.each<[string, NatView[], string, string | null]>([
    ['is unknown while nobody has seen it', [], 'unknown', null],
    ['is there, of no known kind, where one has seen it', [seen(0, '203.0.113.7', 4_000)], 'translated', '203.0.113.7'],
    [
      'is there, of no known kind, where each has seen another port of the edge',
      [seen(0, '203.0.113.7', 4_000), seen(1, '203.0.113.7', 4_001)],
      'translated',
      '203.0.113.7',
    ],
    [
      'is endpoint-independent where one port of the edge looks the same to all',
      [seen(0, '203.0.113.7', 4_000), seen(0, '203.0.113.7', 4_000), seen(1, '203.0.113.7', 9_999)],
      'endpoint_independent',
      '203.0.113.7',
    ],
    [
      'is address-dependent where one port of the edge has another port for each',
      [seen(0, '203.0.113.7', 4_000), seen(0, '203.0.113.7', 4_001)],
      'address_dependent',
      '203.0.113.7',
    ],
    [
      'is address-dependent where a single port of several differs',
      [
        seen(0, '203.0.113.7', 4_000),
        seen(0, '203.0.113.7', 4_000),
        seen(1, '203.0.113.7', 4_001),
        seen(1, '203.0.113.7', 4_002),
      ],
      'address_dependent',
      '203.0.113.7',
    ],
    [
      'shows the address that most see, where it has several',
      [seen(0, '203.0.113.6', 4_000), seen(0, '203.0.113.7', 4_000), seen(1, '203.0.113.7', 4_000)],
      'address_dependent',
      '203.0.113.7',
    ],
  ])('%s', (_what, views, natType, publicAddress) => {
    expect(natOf(lte, own, views)).toEqual({ natType, publicAddress });
    expect(natOf(lte, own, views.toReversed())).toEqual({ natType, publicAddress });
  });

  it('is none where others see its own address and port, although somebody said that there was one', () => {
    const views = [0, 1].map((slot) => seen(slot, '192.168.8.10', tunnelPort(lte.port, lte.slot, slot)));
    expect(natOf(lte, own, views)).toEqual({ natType: 'none', publicAddress: '192.168.8.10' });
    expect(natOf(lte, [], views)).toMatchObject({ natType: 'translated' });
    expect(natOf({ ...lte, port: 40_000 }, own, views)).toMatchObject({ natType: 'translated' });
  });

  it('is none where others call its address, whatever was seen', () => {
    const wired = { ...lte, nat: false, address: '192.0.2.1' };
    expect(natOf(wired, own, [])).toEqual({ natType: 'none', publicAddress: '192.0.2.1' });
    expect(natOf(wired, own, [seen(0, '203.0.113.7', 1)])).toEqual({ natType: 'none', publicAddress: '192.0.2.1' });
  });
});
