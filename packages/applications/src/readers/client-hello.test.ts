import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chromiumHello, curlHello, namelessHello, nodeHello, opensslHello } from '../testing/captures.ts';
import { readTlsClientHello } from './client-hello.ts';

const read = (bytes: Uint8Array) => readTlsClientHello(bytes, 0, bytes.length);

/** The same greeting in records of these sizes. */
function inRecords(hello: Uint8Array, size: number): Uint8Array {
  const handshake = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < handshake.length; at += size) {
    const part = handshake.subarray(at, at + size);
    records.push(Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]));
  }
  return Buffer.concat(records);
}

describe('the greeting of a TLS client', () => {
  it.each([
    ['openssl', opensslHello, 'www.example.com'],
    ['curl', curlHello, 'shop.example.com'],
    ['Node', nodeHello, 'node.example.com'],
    ['Chromium', chromiumHello, 'tls.example.com'],
  ])('of %s names the server', (_who, hello, name) => {
    expect(read(hello)).toEqual({ kind: 'name', name });
  });

  it('may name none', () => {
    expect(read(namelessHello)).toEqual({ kind: 'nameless' });
  });

  it('asks for more until the name is there, and never takes a part for the whole', () => {
    for (const hello of [opensslHello, chromiumHello, nodeHello, namelessHello]) {
      const whole = read(hello);
      let answered = false;
      for (let length = 0; length <= hello.length; length++) {
        const finding = readTlsClientHello(hello, 0, length);
        if (finding.kind === 'incomplete') expect(answered).toBe(false);
        else {
          expect(finding).toEqual(whole);
          answered = true;
        }
      }
      expect(answered).toBe(true);
    }
  });

  it('is read from however many records', () => {
    for (const size of [1, 7, 100, 1_000]) {
      expect(read(inRecords(opensslHello, size))).toEqual({ kind: 'name', name: 'www.example.com' });
    }
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a TLS alert', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0, 1])],
    ['another handshake message', Buffer.from([22, 3, 3, 0, 4, 2, 0, 0, 0])],
  ])('is told from %s', (_what, bytes) => {
    expect(read(bytes)).toEqual({ kind: 'other' });
  });

  it('names no server by an address or by what is no name', () => {
    const text = Buffer.from('www.example.com');
    const at = Buffer.from(opensslHello).indexOf(text);
    for (const name of ['192.168.100.100', '..............x', 'www example com', 'www.exam\0le.com']) {
      const hello = opensslHello.slice();
      hello.set(Buffer.from(name.padEnd(15, '/').slice(0, 15)), at);
      expect(read(hello)).toEqual({ kind: 'nameless' });
    }
  });

  it('is read from whatever octets come, without error and within them', () => {
    const start = fc.constantFrom(
      Buffer.from([22, 3, 1]),
      Buffer.from([22, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3]),
      Buffer.of(),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.nat(320), (head, tail, to) => {
        readTlsClientHello(Buffer.concat([head, tail]), 0, to);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is read from greetings of which octets were changed, and nothing beyond them', () => {
    const changes = fc.array(fc.tuple(fc.nat(opensslHello.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(opensslHello.length), (edits, length) => {
        const bytes = opensslHello.slice();
        for (const [at, octet] of edits) bytes[at] = octet;
        const cut = bytes.slice(0, length);
        const finding = readTlsClientHello(cut, 0, cut.length);
        const beyond = Buffer.concat([cut, Buffer.alloc(4_096, 0x61)]);
        expect(readTlsClientHello(beyond, 0, length)).toEqual(finding);
      }),
      { numRuns: 5_000 },
    );
  });
});
