import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { PatronusError } from '@patronus/core';
import { certificateFingerprint, maxMessageBytes } from '@patronus/protocol';
import type { Channel } from '../ports.ts';
import { testAuthority, TrialGateway, type TrialGatewayOptions } from '../testing/index.ts';
import { dialWebSocket } from './web-socket-dial.ts';

const hourMs = 3_600_000;
let gateway: TrialGateway | null = null;
let channel: Channel | null = null;

afterEach(async () => {
  channel?.close();
  await gateway?.stop();
  gateway = null;
});

interface Heard {
  fingerprint: string | null;
  localAddress: string | null;
  messages: string[];
  closed: Promise<Error | null>;
  first: Promise<string>;
}

async function dial(
  options: TrialGatewayOptions = {},
  caPem?: string,
  localAddress: string | null = null,
): Promise<Heard> {
  gateway = await TrialGateway.start(options);
  const closed = Promise.withResolvers<Error | null>();
  const first = Promise.withResolvers<string>();
  const heard: Heard = {
    localAddress: null,
    fingerprint: null,
    messages: [],
    closed: closed.promise,
    first: first.promise,
  };
  channel = dialWebSocket(
    { url: gateway.url, caPem: caPem ?? gateway.authority.pem, localAddress },
    {
      opened: (fingerprint, from) => Object.assign(heard, { fingerprint, localAddress: from }),
      message: (text) => {
        heard.messages.push(text);
        first.resolve(text);
      },
      pong: () => undefined,
      closed: closed.resolve,
    },
  );
  return heard;
}

describe('a channel to the controller', () => {
  it('tells the fingerprint of the certificate it sees before the first message', async () => {
    const authority = await testAuthority();
    const certificate = await authority.issue();
    const heard = await dial({ authority, certificate });
    expect(JSON.parse(await heard.first)).toMatchObject({ type: 'challenge' });
    expect(heard.fingerprint).toBe(certificateFingerprint(new X509Certificate(certificate.cert).raw));
  });

  it('leaves from the address that it is told to', async () => {
    const heard = await dial({}, undefined, '127.0.0.9');
    await heard.first;
    expect(gateway!.callers).toEqual(['127.0.0.9']);
    expect(heard.localAddress).toBe('127.0.0.9');
  });

  it('is not opened to a gateway of another authority', async () => {
    const other = await testAuthority('other');
    const error = await (await dial({}, other.pem)).closed;
    expect(error).toMatchObject({
      code: 'untrusted_controller',
      message: expect.stringContaining('another authority') as string,
    });
  });

  it('names the clock when the certificate has run out', async () => {
    const authority = await testAuthority();
    const certificate = await authority.issue({ to: Date.now() - hourMs });
    const error = await (await dial({ authority, certificate })).closed;
    expect(error).toMatchObject({ message: expect.stringContaining("this machine's clock says") as string });
  });

  it('is ended by a message that is too large, unread', async () => {
    const heard = await dial();
    await heard.first;
    gateway!.broadcast('x'.repeat(maxMessageBytes + 1));
    const error = await heard.closed;
    expect(error).toBeInstanceOf(PatronusError);
    expect(error).toMatchObject({ code: 'too_large' });
    expect(heard.messages).toHaveLength(1);
  });

  it('is refused in plain words where nothing listens', async () => {
    const closed = Promise.withResolvers<Error | null>();
    const authority = await testAuthority();
    channel = dialWebSocket(
      { url: 'https://127.0.0.1:9', caPem: authority.pem, localAddress: null },
      { opened: () => undefined, message: () => undefined, pong: () => undefined, closed: closed.resolve },
    );
    expect(await closed.promise).toMatchObject({ code: 'unreachable' });
  });
});
