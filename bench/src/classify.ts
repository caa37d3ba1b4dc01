import { createCipheriv } from 'node:crypto';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import {
  ApplicationIndex,
  catalogue,
  emptyPacket,
  FlowStarts,
  initialKeys,
  readDnsAnswer,
  readPacket,
  readTlsClientHello,
} from '@patronus/applications';
import { PatronusError, systemClock, type Address } from '@patronus/core';
import type { Bench, BenchLine } from './bench-line.ts';
import { perOperation } from './per-operation.ts';

const rounds = 200;

/** A resolver's answer for deb.debian.org. */
const dnsAnswer = Buffer.from(
  '123481800001000100000000036465620664656269616e036f72670000010001c00c000100010000003c0004cb007150',
  'hex',
);

export const bench: Bench = {
  about: 'names read out of DNS answers, TLS greetings and first packets of QUIC, packets a second',
  async run(report) {
    const rate = (metric: string, read: (index: number) => unknown): void => {
      let found = 0;
      const { median, operations } = perOperation(rounds, (index) => {
        if (read(index) !== null) found++;
      });
      if (found === 0) throw new PatronusError('internal', `${metric}: nothing was read`);
      report(asRate(metric, median, operations));
    };
    const hello = await tlsGreeting();
    rate('DNS answer', () => readDnsAnswer(dnsAnswer, 0, dnsAnswer.length));
    rate(`TLS greeting of ${hello.length} octets`, () => named(readTlsClientHello(hello, 0, hello.length)));
    const handshake = hello.subarray(5);
    const datagrams = Array.from({ length: rounds }, (_, index) => udpPacket(index, quicInitial(handshake, index)));
    const starts = new FlowStarts(systemClock);
    const packet = emptyPacket();
    rate('first packet of QUIC, decrypted', (index) => {
      const bytes = datagrams[index]!;
      return readPacket(bytes, 0, bytes.length, packet) ? named(starts.take(bytes, packet)) : null;
    });
    const index = new ApplicationIndex(catalogue);
    const flow = { protocol: 'tcp', destinationPort: 443, destination: '192.0.2.1' as Address };
    rate('flow to application, by name', () => index.find({ ...flow, serverNames: ['eu1.my.salesforce.com'] }));
  },
};

const asRate = (metric: string, nanoseconds: number, samples: number): Omit<BenchLine, 'bench'> => ({
  metric,
  value: 1e9 / nanoseconds,
  unit: '1/s',
  samples,
});

const named = (finding: { readonly kind: string }) => (finding.kind === 'name' ? finding : null);

/** What OpenSSL says first to www.example.com. */
async function tlsGreeting(): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const wire = new Duplex({ read: () => undefined, write: (chunk: Buffer) => resolve(chunk) });
  const client = connect({ socket: wire, servername: 'www.example.com', ecdhCurve: 'X25519' });
  client.on('error', () => undefined);
  const greeting = await promise;
  client.destroy();
  return greeting;
}

/** A client's first packet of QUIC version 1 (RFC 9001, section 5) with this greeting. */
function quicInitial(greeting: Uint8Array, seed: number): Buffer {
  const connectionId = Buffer.alloc(8, seed + 1);
  const { key, iv, headerKey } = initialKeys(1, connectionId);
  const plain = Buffer.alloc(1_162);
  plain.set([6, 0, 0x40 | (greeting.length >> 8), greeting.length & 255]);
  plain.set(greeting, 4);
  const number = Buffer.alloc(4);
  const header = Buffer.concat([Buffer.from([0xc3, 0, 0, 0, 1, 8, ...connectionId, 0, 0, 0x44, 0x9e]), number]);
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(header);
  const packet = Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv('aes-128-ecb', headerKey, null).update(packet.subarray(22, 38));
  packet[0] = packet[0]! ^ (mask[0]! & 0x0f);
  for (let at = 0; at < 4; at++) packet[18 + at] = packet[18 + at]! ^ mask[1 + at]!;
  return packet;
}

/** From another port each, as each is a flow. */
function udpPacket(flow: number, payload: Buffer): Buffer {
  const header = Buffer.from('45000000000000004011000a0a01000ac0000201000001bb00000000'.padEnd(56, '0'), 'hex');
  const packet = Buffer.concat([header, payload]);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(10_000 + flow, 20);
  return packet;
}
