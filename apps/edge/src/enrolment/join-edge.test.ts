import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PatronusError } from '@patronus/core';
import { formatJoinToken } from '@patronus/protocol';
import { loadEnrolment } from '../state/index.ts';
import { testAuthority, TrialGateway, type TrialGatewayOptions } from '../testing/index.ts';
import { joinEdge } from './join-edge.ts';

const hourMs = 3_600_000;
let directory: string;
let stateDir: string;
let gateway: TrialGateway | null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patronus-join-'));
  stateDir = join(directory, 'state');
  gateway = null;
});
afterEach(async () => {
  await gateway?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const startGateway = async (options?: TrialGatewayOptions): Promise<TrialGateway> =>
  (gateway = await TrialGateway.start(options));

const joined = async (fields: Partial<Parameters<typeof joinEdge>[0]> = {}): Promise<PatronusError | string> => {
  try {
    const options = { stateDir, url: gateway!.url, key: gateway!.key(), ...fields };
    return (await joinEdge(options)).siteName;
  } catch (error) {
    if (error instanceof PatronusError) return error;
    throw error;
  }
};

describe('an edge that joins', () => {
  it('keeps who it is where only its owner can read it, and never sends its key', async () => {
    await startGateway();
    expect(await joined()).toBe('site of a-secret-of-some-length');
    const enrolment = await loadEnrolment(join(stateDir, 'enrolment.json'));
    expect(enrolment).toMatchObject({ url: gateway!.url, siteName: 'site of a-secret-of-some-length' });
    expect(createPrivateKey(enrolment!.identityKeyPem).asymmetricKeyType).toBe('ed25519');
    expect(enrolment!.caPem.trim()).toBe(gateway!.authority.pem.trim());
    expect(statSync(stateDir).mode & 0o077).toBe(0);
    expect(statSync(join(stateDir, 'enrolment.json')).mode & 0o077).toBe(0);
    expect(readdirSync(stateDir)).toEqual(['enrolment.json']);
  });

  it('does not give up a site it has, unless it is forced to', async () => {
    await startGateway();
    await joined();
    expect(await joined()).toMatchObject({ code: 'conflict', message: expect.stringContaining('--force') as string });
    expect(await joined({ force: true, key: gateway!.key('another-secret-of-length') })).toContain('another-secret');
  });

  it('says what is wrong with an address or a key before it connects', async () => {
    await startGateway();
    expect(await joined({ key: 'pt1.short' })).toMatchObject({ code: 'invalid_input' });
    expect(await joined({ url: 'http://controller:8080' })).toMatchObject({ code: 'invalid_input' });
    expect(gateway!.requests).toEqual([]);
  });

  it('shows why the controller refused its key, and keeps nothing', async () => {
    await startGateway({ refusal: { status: 403, code: 'enrolment_refused', detail: 'the key has expired' } });
    expect(await joined()).toMatchObject({
      code: 'enrolment_refused',
      message: 'the controller refused this edge: the key has expired',
    });
    expect(readdirSync(stateDir)).toEqual([]);
  });
});

describe('an edge that is led to another controller', () => {
  it('sends nothing, and names both authorities', async () => {
    await startGateway();
    const expected = 'ab'.repeat(32);
    const error = await joined({
      key: formatJoinToken({ caFingerprint: expected, secret: 'a-secret-of-some-length' }),
    });
    expect(error).toMatchObject({
      code: 'untrusted_controller',
      facts: { expectedFingerprint: expected, foundFingerprint: gateway!.authority.fingerprint },
    });
    expect((error as PatronusError).message).toContain(gateway!.authority.fingerprint);
    expect(gateway!.requests).toEqual([]);
    expect(readdirSync(stateDir)).toEqual([]);
  });

  it('is not fooled by one that shows the right authority beside a certificate of its own', async () => {
    const other = await testAuthority('test authority');
    await startGateway({ certificate: await other.issue() });
    expect(await joined()).toMatchObject({ code: 'untrusted_controller' });
    expect(gateway!.requests).toEqual([]);
  });
});

describe('a clock that is off', () => {
  it('by an hour does not keep an edge from joining', async () => {
    await startGateway();
    const clock = { now: () => 0, wall: () => Date.now() - hourMs };
    expect(await joined({ clock })).toContain('site of');
  });

  it('by more than the certificate bears is named, with both times and the remedy', async () => {
    await startGateway();
    const clock = { now: () => 0, wall: () => Date.UTC(2001, 0, 1) };
    const error = await joined({ clock });
    expect(error).toMatchObject({ code: 'untrusted_controller' });
    expect((error as PatronusError).message).toMatch(/this machine's clock says 2001-01-01.*set-ntp/);
    expect(gateway!.requests).toEqual([]);
  });
});

describe('a controller that is not there', () => {
  it('is said to be not there', async () => {
    await startGateway();
    await gateway!.stop();
    expect(await joined()).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nothing listens there') as string,
    });
    gateway = null;
  });

  it('is told from a port that speaks something else', async () => {
    await startGateway();
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const port = await new Promise<number>((resolve) => {
      plain.listen(0, '127.0.0.1', () => resolve((plain.address() as { port: number }).port));
    });
    const error = await joined({ url: `https://127.0.0.1:${port}` });
    plain.close();
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('TLS') as string });
  });
});
