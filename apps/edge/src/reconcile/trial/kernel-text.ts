import type { TrialEdge } from './trial-network.ts';

/** All of a namespace's network state that does not change by itself. */
export async function kernelText(edge: TrialEdge): Promise<string> {
  const listings = [
    ['ip', '-br', 'link', 'show'],
    ['ip', 'rule', 'show'],
    ['ip', '-6', 'rule', 'show'],
    ['ip', '-4', 'route', 'show', 'table', 'all'],
    ['ip', 'nexthop', 'show'],
    ['nft', '-s', 'list', 'ruleset'],
    ['tc', 'qdisc', 'show'],
    ['tc', 'filter', 'show', 'dev', 'wan1', 'egress'],
    ['sysctl', 'net.ipv4.ip_forward', 'net.ipv4.conf.wan0.rp_filter', 'net.ipv4.fib_multipath_hash_policy'],
  ] as const;
  const texts = await Promise.all(listings.map(([tool, ...args]) => edge.run(tool, ...args)));
  // the order of next hops and routes is that of their making; epochs differ by nature
  const sorted = texts.map((text) => text.split('\n').toSorted().join('\n'));
  return (
    sorted
      .join('\n')
      .replaceAll(/comment "[0-9a-f-]{36}"/g, 'comment "epoch"')
      // what the kernel numbers or draws anew each time
      .replaceAll(/^(pt[qd]\d+ .*)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/gm, '$1')
      .replaceAll(/\bindex \d+ ref \d+ bind \d+/g, '')
      .replaceAll(/:\[\d+\]| id \d+/g, '')
  );
}
