import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions, type Caller, type Origin, type TokenSigner } from '../auth/index.ts';
import { testNetwork, tester, type TestNetwork } from '../testing/index.ts';
import { DeviceSignInService } from './device-sign-in-service.ts';

const minute = 60_000;
const origin: Origin = { address: '192.0.2.7', userAgent: 'patronus-cli' };
let network: TestNetwork;
let service: DeviceSignInService;
let caller: Caller;

beforeAll(async () => {
  network = await testNetwork();
  const { store } = network;
  // What it signs is not looked at here.
  const sessions = new Sessions(store, { sign: async () => 'token' } as unknown as TokenSigner);
  service = new DeviceSignInService(store, sessions);
  const user = await network.users.create(tester, { username: 'alice', role: 'viewer' });
  const sessionId = randomUUID();
  const rows = { session_id: sessionId, user_id: user.id, address: null, user_agent: null, machine: null };
  const times = { created_at: store.wallMs, last_used_at: store.wallMs, revoked_at: null };
  const token = { token_hash: 'x', session_id: sessionId, expires_at: store.wallMs + 60 * minute, used_at: null };
  await store.change(async ({ db }) => {
    await db
      .insertInto('sessions')
      .values({ ...rows, ...times })
      .execute();
    await db.insertInto('refresh_tokens').values(token).execute();
  });
  const who = { type: 'user', id: user.id, name: 'alice', role: 'viewer', userId: user.id } as const;
  caller = { ...who, sessionId, scopes: null };
});
afterAll(() => network.close());

const waiting = async (): Promise<unknown[]> => network.store.db.selectFrom('device_sign_ins').selectAll().execute();

describe('a sign-in by a browser, as time goes by', () => {
  it('may be asked for every five seconds, and is over after ten minutes', async () => {
    const { deviceCode, userCode } = await service.start(origin, 'laptop');
    const poll = () => service.poll(origin, deviceCode);
    await expect(poll()).rejects.toMatchObject({ code: 'authorization_pending' });
    network.clock.ms += 3_000;
    await expect(poll()).rejects.toMatchObject({ code: 'slow_down' });
    network.clock.ms += 2_000;
    await expect(poll()).rejects.toMatchObject({ code: 'authorization_pending' });
    network.clock.ms += 10 * minute - 5_001;
    await expect(service.find(caller, null, userCode)).resolves.toMatchObject({
      machine: 'laptop',
      address: '192.0.2.7',
    });
    network.clock.ms += 1;
    await expect(poll()).rejects.toMatchObject({ code: 'expired_token' });
    await expect(service.approve(caller, null, userCode)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('leaves nothing behind once another begins after its time', async () => {
    await service.start(origin, null);
    network.clock.ms += 10 * minute;
    await service.start(origin, null);
    expect(await waiting()).toHaveLength(1);
  });

  it('approved in the last second is good for a minute more, and no longer', async () => {
    const late = async () => {
      const { deviceCode, userCode } = await service.start(origin, null);
      network.clock.ms += 10 * minute - 1;
      await service.approve(caller, null, userCode);
      return deviceCode;
    };
    const inTime = await late();
    network.clock.ms += minute - 1;
    await expect(service.poll(origin, inTime)).resolves.toMatchObject({ access_token: 'token' });
    const tooLate = await late();
    network.clock.ms += minute;
    await expect(service.poll(origin, tooLate)).rejects.toMatchObject({ code: 'expired_token' });
  });
});
