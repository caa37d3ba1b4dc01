import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blackholeNextHop,
  classMark,
  classTable,
  ctGenerationMask,
  defaultBasePort,
  defaultOverlay,
  groupNextHop,
  markMask,
  maxClasses,
  maxSites,
  maxSlots,
  probeAddress,
  tunnelName,
  tunnelNextHop,
  tunnelPort,
  uplinkMark,
  uplinkTable,
} from './numbering.ts';

const slots = [...Array(maxSlots).keys()];
const classes = [...Array(maxClasses).keys()].map((index) => index + 1);
const slotPairs = slots.flatMap((local) => slots.map((remote) => [local, remote] as const));
const distinct = (values: readonly (number | string)[]) => expect(new Set(values).size).toBe(values.length);

describe('numbers in the kernel', () => {
  it('of marks are distinct, ours alone, and clear of the generation', () => {
    const marks = [...classes.map(classMark), ...slots.map(uplinkMark)];
    distinct(marks);
    for (const mark of marks) {
      expect(mark & ~markMask).toBe(0);
      expect(mark & ctGenerationMask).toBe(0);
      expect(mark).toBeGreaterThan(0);
    }
  });

  it('of tables are distinct, and none is one of the kernel’s own', () => {
    const tables = [...classes.map(classTable), ...slots.map(uplinkTable)];
    distinct(tables);
    for (const table of tables) expect(table).toBeGreaterThan(255);
  });

  it('of next hops are distinct and fit the kernel', () => {
    const groups = [1, 2, maxClasses].flatMap((each) => [0, 1, maxSites - 1].map((site) => groupNextHop(each, site)));
    const hops = [...slotPairs.map((pair) => tunnelNextHop(...pair)), blackholeNextHop, ...groups];
    distinct(hops);
    for (const hop of hops) expect(hop).toBeLessThan(2 ** 32);
  });

  it('of groups never meet, whatever the class and the site', () => {
    const pair = fc.tuple(fc.integer({ min: 1, max: maxClasses }), fc.nat(maxSites - 1));
    const check = fc.property(pair, pair, (a, b) => {
      expect(groupNextHop(...a) === groupNextHop(...b)).toBe(a[0] === b[0] && a[1] === b[1]);
    });
    fc.assert(check, { seed: 1 });
  });

  it('of ports are distinct, and the far end exchanges the slots', () => {
    distinct(slotPairs.map((pair) => tunnelPort(defaultBasePort, ...pair)));
    expect(tunnelPort(defaultBasePort, 15, 15)).toBeLessThan(65_536);
    expect(tunnelPort(51_820, 1, 2)).toBe(51_838);
    expect(tunnelPort(51_820, 2, 1)).toBe(51_853);
  });

  it('of interfaces are names the kernel takes', () => {
    distinct(slotPairs.map((pair) => tunnelName(...pair)));
    expect(tunnelName(15, 15).length).toBeLessThan(16);
  });

  it('of probe addresses are distinct and stay in the overlay', () => {
    expect(probeAddress(defaultOverlay, 0, 0, 0)).toBe('100.64.0.0');
    expect(probeAddress(defaultOverlay, 1, 2, 3)).toBe('100.64.1.35');
    expect(probeAddress(defaultOverlay, maxSites - 1, 15, 15)).toBe('100.127.255.255');
    distinct(slotPairs.map((pair) => probeAddress(defaultOverlay, 7, ...pair)));
  });
});
