import { describe, expect, it } from 'vitest';
import { parseConntrackLine, parseFlowEntry } from './conntrack.ts';

const tcp =
  'ipv4     2 tcp      6 431995 ESTABLISHED src=10.1.0.10 dst=10.2.0.20 sport=40000 dport=443 packets=12 bytes=1834 ' +
  'src=10.2.0.20 dst=10.1.0.10 sport=443 dport=40000 packets=9 bytes=5120 [ASSURED] mark=131328 use=1';
const ping =
  'ipv6     10 icmpv6   58 29 src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=7 src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=7 mark=0 use=1';

describe('a line of connection tracking', () => {
  it('tells a flow with its class, ends and octets of both directions', () => {
    expect(parseFlowEntry(tcp)).toEqual({
      class: 2,
      source: '10.1.0.10',
      destination: '10.2.0.20',
      protocol: 'tcp',
      sourcePort: 40_000,
      destinationPort: 443,
      bytesSent: 1_834,
      bytesReceived: 5_120,
      packetsSent: 12,
      packetsReceived: 9,
    });
    expect(parseConntrackLine(tcp)).toEqual({ class: 2, source: '10.1.0.10' });
  });

  it('may tell no ports, no octets and no class', () => {
    expect(parseFlowEntry(ping)).toMatchObject({ class: 0, protocol: 'icmpv6', sourcePort: null, bytesSent: null });
    expect(parseConntrackLine(ping)).toBeNull();
  });

  it.each(['', 'ipv4 2 tcp 6', 'ipv4     2 tcp      6 1 src=x dst=y mark=1'])('is none in "%s"', (line) => {
    expect(parseFlowEntry(line)).toBeNull();
  });
});
