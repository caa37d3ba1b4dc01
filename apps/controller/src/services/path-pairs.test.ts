import { describe, expect, it } from 'vitest';
import { obstacle, pathBandwidth, type TransportLinks } from './path-pairs.ts';

const open = (label: string, address = '192.0.2.1') => ({ label, address, nat: false });
const natted = (label: string) => ({ label, address: null, nat: true });

describe('which endpoints a path may join', () => {
  it.each<
    [
      string,
      ReturnType<typeof open> | ReturnType<typeof natted>,
      ReturnType<typeof natted> | ReturnType<typeof open>,
      TransportLinks,
      RegExp | null,
    ]
  >([
    ['all where nobody drew links', open('mpls'), open('lte', '192.0.2.2'), null, null],
    ['those that a link joins', open('mpls'), open('mpls', '192.0.2.2'), [{ a: 'mpls', b: 'mpls' }], null],
    ['in either order', open('lte'), open('broadband'), [{ a: 'broadband', b: 'lte' }], null],
    ['none that no link joins', open('mpls'), open('lte'), [{ a: 'mpls', b: 'mpls' }], /no transport link/],
    ['none at all where no link is left', open('mpls'), open('mpls'), [], /no transport link/],
    ['one behind NAT, which calls the other', natted('lte'), open('broadband'), null, null],
    ['not two behind NAT', natted('lte'), natted('lte'), null, /both ends are behind NAT/],
    ['not two address families', open('a'), open('b', '2001:db8::1'), null, /address families/],
  ])('%s', (_name, a, b, links, reason) => {
    for (const told of [obstacle(a, b, links), obstacle(b, a, links)]) {
      if (reason === null) expect(told).toBeNull();
      else expect(told).toMatch(reason);
    }
  });
});

it('a path is as wide as its narrower end, and unknown where nothing is known', () => {
  expect(pathBandwidth({ up_bps: 10e6 }, { down_bps: 50e6 })).toBe(10e6);
  expect(pathBandwidth({ up_bps: null }, { down_bps: 50e6 })).toBe(50e6);
  expect(pathBandwidth({ up_bps: null }, { down_bps: null })).toBeNull();
});
