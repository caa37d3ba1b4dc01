import { afterEach, beforeEach, expect, it } from 'vitest';
import { testNetwork, testSecrets, type TestNetwork } from '../testing/index.ts';
import { TokenSigner } from './token-signer.ts';

const day = 24 * 3_600_000;
let network: TestNetwork;
let signer: TokenSigner;
beforeEach(async () => {
  network = await testNetwork();
  signer = await TokenSigner.open(network.store, await testSecrets(network.store));
});
afterEach(() => network.close());
const token = () => signer.sign({ sessionId: 's', userId: 'u' });

it('a key that has served ninety days is followed by another, and goes when its tokens have expired', async () => {
  const [first] = signer.list();
  network.clock.ms += 90 * day;
  await signer.maintain();
  expect(signer.list()).toEqual([first]);
  const old = await token();
  network.clock.ms += 1;
  await signer.maintain();
  const [second, before] = signer.list();
  expect([second?.current, before?.id, before?.current]).toEqual([true, first!.id, false]);
  expect(await signer.verify(old)).toBe('s');
  network.clock.ms += 14 * 60_000;
  expect(await signer.verify(old)).toBe('s');
  network.clock.ms += 90_000;
  await expect(signer.verify(old)).rejects.toMatchObject({ reason: 'expired' });
  network.clock.ms += 60_000;
  await signer.maintain();
  expect(signer.list()).toEqual([second]);
});

it('a key that another controller has made is known here', async () => {
  const other = await TokenSigner.open(network.store, await testSecrets(network.store));
  await other.rotate({ type: 'system', id: null, name: 'system', address: null });
  const theirs = await other.sign({ sessionId: 'theirs', userId: 'u' });
  // Looked for at most once a second, as strangers can name any key.
  const { promise, resolve } = Promise.withResolvers<string>();
  const attempt = (): void =>
    void signer.verify(theirs).then(resolve, () => {
      setTimeout(attempt, 50);
    });
  attempt();
  expect(await promise).toBe('theirs');
});

it('a token that was seen before is still refused once it has expired', async () => {
  const seen = await token();
  expect(await signer.verify(seen)).toBe('s');
  network.clock.ms += 15 * 60_000;
  await expect(signer.verify(seen)).rejects.toMatchObject({ reason: 'expired' });
});
