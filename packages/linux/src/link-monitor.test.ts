import { describe, expect, it } from 'vitest';
import { parseMonitorLine } from './link-monitor.ts';

describe('a line of ip monitor', () => {
  it.each([
    [
      '[LINK]3: va@vb: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default',
      { kind: 'link', device: 'va', up: true, carrier: false },
    ],
    [
      '[LINK]3: eth0.10@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default',
      { kind: 'link', device: 'eth0.10', up: true, carrier: true },
    ],
    [
      '[LINK]2: pt0-0: <POINTOPOINT,MULTICAST,NOARP> mtu 1420 qdisc noop state DOWN group default',
      { kind: 'link', device: 'pt0-0', up: false, carrier: false },
    ],
    [
      '[LINK]Deleted 3: va@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default',
      { kind: 'link_deleted', device: 'va' },
    ],
    [
      '[ADDR]Deleted 3: va    inet 192.0.2.1/24 scope global va\\       valid_lft forever preferred_lft forever',
      { kind: 'address', deleted: true, device: 'va' },
    ],
    [
      '[ROUTE]default via 192.0.2.2 dev va ',
      { kind: 'route', deleted: false, protocol: null, text: 'default via 192.0.2.2 dev va' },
    ],
    [
      '[ROUTE]Deleted 10.0.0.0/8 nhid 2 dev va table 100 proto 80 ',
      { kind: 'route', deleted: true, protocol: '80', text: '10.0.0.0/8 nhid 2 dev va table 100 proto 80' },
    ],
    [
      '[RULE]Deleted 100:	from all lookup 100 proto 80',
      { kind: 'rule', deleted: true, protocol: '80', text: '100:	from all lookup 100 proto 80' },
    ],
    [
      '[NEXTHOP]id 2 group 1 proto 80 ',
      { kind: 'next_hop', deleted: false, protocol: '80', text: 'id 2 group 1 proto 80' },
    ],
    ['[NEIGH]192.0.2.9 dev va lladdr 00:00:5e:00:53:01 REACHABLE', null],
    ['', null],
  ])('%s', (line, event) => {
    expect(parseMonitorLine(line)).toEqual(event);
  });
});
