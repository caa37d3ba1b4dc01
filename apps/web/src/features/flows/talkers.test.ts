import { describe, expect, it } from 'vitest';
import type { Flow } from './flow-documents.ts';
import { talkerKinds, talkersOf } from './talkers.ts';

const flow = (id: string, changes: Partial<Flow>): Flow => ({
  id,
  site: 'branch',
  dest_site: 'hq',
  source: '10.2.0.5',
  source_port: 40_000,
  destination: '10.1.0.9',
  destination_port: 443,
  protocol: 'tcp',
  application: null,
  server_name: null,
  policy_id: 1,
  policy: 'web',
  path_id: null,
  source_label: null,
  dest_label: null,
  bytes_sent: null,
  bytes_received: null,
  packets_sent: null,
  packets_received: null,
  ...changes,
});
const kind = (value: string) => talkerKinds.find((each) => each.value === value)!;
const noRates = () => ({ packetsPerSecond: null, bitsPerSecond: null });

describe('talkers', () => {
  it('sum octets of both directions and put the largest first', () => {
    const flows = [
      flow('a', { source: '10.2.0.5', bytes_sent: 10, bytes_received: 100 }),
      flow('b', { source: '10.2.0.6', bytes_sent: 200, bytes_received: 0 }),
      flow('c', { source: '10.2.0.5', bytes_sent: 500 }),
    ];
    expect(talkersOf(flows, kind('source'), noRates)).toEqual([
      { name: '10.2.0.5', flows: 2, bytes: 610, bitsPerSecond: null },
      { name: '10.2.0.6', flows: 1, bytes: 200, bitsPerSecond: null },
    ]);
  });

  it('of edges that do not count have no octets, rather than none', () => {
    expect(talkersOf([flow('a', {})], kind('policy'), noRates)).toMatchObject([{ name: 'web', bytes: null }]);
  });

  it('are called by the server where it is known, by Internet where no site is the end', () => {
    const flows = [flow('a', { server_name: 'files.example.com', dest_site: null })];
    expect(talkersOf(flows, kind('destination'), noRates)[0]!.name).toBe('files.example.com');
    expect(talkersOf(flows, kind('sites'), noRates)[0]!.name).toBe('branch → Internet');
  });

  it('have the rate of those flows of which one is known', () => {
    const rates = (id: string) => ({ packetsPerSecond: null, bitsPerSecond: id === 'a' ? 8000 : null });
    expect(talkersOf([flow('a', {}), flow('b', {})], kind('source'), rates)[0]!.bitsPerSecond).toBe(8000);
  });
});
