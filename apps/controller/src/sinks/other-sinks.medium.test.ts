import { createSocket } from 'node:dgram';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { systemTimers } from '@patronus/core';
import { SeededRandom } from '@patronus/testkit';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventSinkService } from '../services/event-sink-service.ts';
import {
  testCertificate,
  tester,
  testNetwork,
  until,
  type TestCertificate,
  type TestNetwork,
} from '../testing/index.ts';
import { testSecrets } from '../testing/test-secrets.ts';
import { DeliveryQueue, maxRefusals, realSenders, TargetPolicy } from './index.ts';
import type { EventSinkInput } from './sink-input.ts';

let network: TestNetwork;
let queue: DeliveryQueue;
let sinks: EventSinkService;
let certificate: TestCertificate;
const closing: (() => void)[] = [];

beforeAll(async () => {
  certificate = await testCertificate('localhost');
});
beforeEach(async () => {
  network = await testNetwork();
  const { store, clock } = network;
  const secrets = await testSecrets(store);
  const policy = new TargetPolicy('all');
  const parts = { store, secrets, senders: realSenders(clock), policy, random: new SeededRandom(1) };
  const failed = (failure: unknown): void => {
    throw failure;
  };
  queue = new DeliveryQueue({ ...parts, onFailure: failed });
  sinks = new EventSinkService({ ...parts, wake: () => queue.wake() });
  queue.start(systemTimers);
});
afterEach(async () => {
  await queue.stop();
  for (const close of closing.splice(0)) close();
  await network.close();
});

const add = (input: Omit<EventSinkInput, 'name'>) =>
  sinks.create(tester, { name: 'sink', filter: { types: ['site_offline'] }, ...input });
const emit = (...names: string[]) =>
  network.store.change(async (change) => {
    for (const name of names) await change.event({ eventType: 'site_offline', message: name, metadata: {} });
  });
const lastError = () => until('an error', async () => (await sinks.get('sink')).lastError);
const delivered = () => until('nothing waits', async () => (await sinks.get('sink')).queued === 0);
const later = (ms: number): void => {
  network.clock.ms += ms;
  queue.wake();
};

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Messages of a stream that says the length of each before it. Errors: where it does not. */
function framed(stream: string): string[] {
  let bytes = Buffer.from(stream);
  const found: string[] = [];
  while (bytes.length > 0) {
    const [, digits] = /^(\d+) /.exec(bytes.subarray(0, 12).toString()) ?? [];
    if (digits === undefined) throw new Error('there is no length');
    const start = digits.length + 1;
    found.push(bytes.subarray(start, start + Number(digits)).toString());
    bytes = bytes.subarray(start + Number(digits));
  }
  return found;
}

/** Quoted-printable text as it was (RFC 2045, 6.7). */
const decoded = (body: string): string =>
  Buffer.from(
    body
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

const textOf = (message: string): string => message.split('\u{FEFF}')[1] ?? '';

describe('a syslog server', () => {
  it('gets one datagram for each event over UDP', async () => {
    const socket = createSocket('udp4');
    const heard: string[] = [];
    socket.on('message', (message) => heard.push(message.toString()));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closing.push(() => socket.close());
    await add({ syslog: { url: `udp://127.0.0.1:${socket.address().port}`, facility: 3 } });
    await emit('one', 'two');
    await until('two datagrams', () => heard.length === 2);
    expect(heard.map(textOf)).toEqual(['one', 'two']);
    expect(heard[0]).toMatch(/^<28>1 2030-01-01T00:00:00\.000Z \S+ patronus \d+ site_offline \[event@32473 id="/);
  });

  it.each(['tcp', 'tls'] as const)('gets events in their order over %s, each after its length', async (protocol) => {
    const heard: string[] = [];
    const take = async (socket: Socket): Promise<void> => void heard.push(...framed(await text(socket)));
    const server =
      protocol === 'tcp'
        ? createTcpServer((socket) => void take(socket))
        : createTlsServer(certificate, (socket) => void take(socket));
    const port = await listening(server);
    const ca = protocol === 'tls' ? { ca: certificate.cert } : {};
    const host = protocol === 'tls' ? 'localhost' : '127.0.0.1';
    await add({ syslog: { url: `${protocol}://${host}:${port}`, ...ca } });
    await emit('eins – ß', 'two', 'three');
    await until('three messages', () => heard.length >= 3);
    await delivered();
    expect(heard.map(textOf)).toEqual(['eins – ß', 'two', 'three']);
  });

  it('that shows a certificate of somebody else gets nothing', async () => {
    const heard: unknown[] = [];
    const server = createTlsServer(await testCertificate('localhost'), (socket) => heard.push(socket));
    server.on('tlsClientError', () => undefined);
    await add({ syslog: { url: `tls://localhost:${await listening(server)}`, ca: certificate.cert } });
    await emit('one');
    expect(await lastError()).toMatch(/^the connection failed: .*SELF_SIGNED|SIGNATURE/);
    expect(heard).toEqual([]);
  });

  it('that is away gets what waited once it is back', async () => {
    const first = createTcpServer();
    const port = await listening(first);
    await new Promise((resolve) => first.close(resolve));
    await add({ syslog: { url: `tcp://127.0.0.1:${port}` } });
    await emit('one');
    expect(await lastError()).toBe('the connection failed: ECONNREFUSED');
    const heard: string[] = [];
    const server = createTcpServer((socket) => void text(socket).then((all) => heard.push(...framed(all))));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    closing.push(() => server.close());
    await queue.idle();
    await emit('two');
    later(60_000);
    await until('both', () => heard.length === 2);
    expect(heard.map(textOf)).toEqual(['one', 'two']);
  });
});

describe('a mail server', () => {
  interface Mail {
    readonly from: string;
    readonly to: readonly string[];
    readonly user: string | undefined;
    readonly isSecure: boolean;
    readonly text: string;
  }

  async function read(stream: Readable, session: SMTPServerSession, mails: Mail[]): Promise<void> {
    const { envelope, secure } = session;
    const user = session.user as string | undefined;
    const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    const to = envelope.rcptTo.map(({ address }) => address);
    mails.push({ from, to, user, isSecure: secure, text: decoded(await text(stream)) });
  }

  async function mailServer(options: SMTPServerOptions, mails: Mail[]): Promise<number> {
    const server = new SMTPServer({
      ...certificate,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('no')),
      onData: (stream, session, done) => {
        stream.on('end', () => done());
        void read(stream, session, mails);
      },
      ...options,
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close(() => undefined));
    return (server.server.address() as AddressInfo).port;
  }
  const mailbox = { from: 'patronus@example.net', to: ['ops@example.net', 'noc@example.net'] };
  const account = { username: 'patronus', password: 'right' };

  it('gets events that wait together in one mail, signed in and encrypted', async () => {
    const mails: Mail[] = [];
    const port = await mailServer({}, mails);
    const url = `smtp://localhost:${port}`;
    await add({ email: { ...mailbox, ...account, url, ca: certificate.cert } });
    await emit('one', 'two');
    await delivered();
    expect(mails).toEqual([
      {
        from: 'patronus@example.net',
        to: ['ops@example.net', 'noc@example.net'],
        user: 'patronus',
        isSecure: true,
        text: expect.stringMatching(/^Subject: \[patronus\] 2 events, 2 of them serious\r$/m) as string,
      },
    ]);
    expect(mails[0]!.text).toMatch(/00Z {2}warning {2}\S+ {2}one\r\n.*00Z {2}warning {2}\S+ {2}two\r\n/s);
  });

  it('gets them over TLS from the start as well, and as one mail each when they come apart', async () => {
    const mails: Mail[] = [];
    const port = await mailServer({ secure: true, authOptional: true }, mails);
    await add({ email: { ...mailbox, url: `smtps://localhost:${port}`, ca: certificate.cert } });
    await emit('Site hq is offline\r\nBcc: all@example.net');
    await delivered();
    await emit('two');
    await delivered();
    expect(mails.map((mail) => /^Subject: (.*)\r$/m.exec(mail.text)?.[1])).toEqual([
      '[patronus] warning: Site hq is offline Bcc: all@example.net',
      '[patronus] warning: two',
    ]);
    expect(mails[0]!.to).toEqual(mailbox.to);
    expect(mails[0]!.text).not.toMatch(/^Bcc:/m);
  });

  it('that offers no encryption gets nothing, unless that is wanted', async () => {
    const mails: Mail[] = [];
    const port = await mailServer({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true }, mails);
    const email = { ...mailbox, url: `smtp://127.0.0.1:${port}` };
    await add({ email });
    await emit('one');
    await lastError();
    expect(mails).toEqual([]);
    await sinks.update(tester, 'sink', { email: { ...email, starttls: 'never' } });
    await delivered();
    expect(mails.map(({ isSecure }) => isSecure)).toEqual([false]);
  });

  it('that does not take the password is tried again, and nobody is shown it', async () => {
    const port = await mailServer({}, []);
    const email = { ...mailbox, url: `smtp://localhost:${port}`, ca: certificate.cert };
    await add({ email: { ...email, username: 'patronus', password: 'hunter2-secret' } });
    await emit('one');
    expect(await lastError()).toBe('the mail server does not take this username and password');
    const shown = [await sinks.list(), await network.audit.list(), await network.events.list()];
    expect(JSON.stringify(shown)).not.toContain('hunter2-secret');
    await sinks.update(tester, 'sink', { email: { ...email, ...account } });
    await delivered();
  });

  it('that refuses the recipients for good does not hold up what comes after', async () => {
    let isRefusing = true;
    const refusal = Object.assign(new Error('no such mailbox'), { responseCode: 550 });
    const mails: Mail[] = [];
    const onRcptTo: SMTPServerOptions['onRcptTo'] = (_address, _session, done) => done(isRefusing ? refusal : null);
    const port = await mailServer({ authOptional: true, onRcptTo }, mails);
    await add({ email: { ...mailbox, url: `smtp://localhost:${port}`, ca: certificate.cert } });
    await emit('one');
    expect(await lastError()).toBe('the mail server answered 550');
    for (let attempt = 1; attempt < maxRefusals; attempt++) {
      await queue.idle();
      const { lastFailureAt } = await sinks.get('sink');
      later(300_000);
      await until('another failure', async () => (await sinks.get('sink')).lastFailureAt !== lastFailureAt);
    }
    await until('it is given up', async () => (await sinks.get('sink')).dead === 1);
    isRefusing = false;
    await emit('two');
    await delivered();
    expect(mails).toHaveLength(1);
  });
});
