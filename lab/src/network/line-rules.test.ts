import { expect, test } from 'vitest';
import { lineRules } from './line-rules.ts';

test('frames pass between the site and the wire; a blackout of one direction drops before that', () => {
  expect(lineRules({ siteDevice: 'site', wireDevice: 'wire' }, ['out'])).toBe(`table netdev lab
delete table netdev lab
table netdev lab {
  chain out {
    type filter hook ingress device "site" priority 0;
    drop
    fwd to "wire"
  }
  chain wire {
    type filter hook ingress device "wire" priority 0;
    fwd to "site"
  }
  chain in {
    type filter hook ingress device "transit" priority 0;
  }
}`);
});

test('where the kernel emulates there is no wire, and a blackout into the site drops what comes from the core', () => {
  expect(lineRules({ siteDevice: 'gateway', wireDevice: null }, ['in'])).toBe(`table netdev lab
delete table netdev lab
table netdev lab {
  chain out {
    type filter hook ingress device "gateway" priority 0;
  }
  chain in {
    type filter hook ingress device "transit" priority 0;
    drop
  }
}`);
});
