import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadControllerSettings, startController, type RunningController } from '../index.ts';
import { testClient, TestOidcService } from '../testing/test-oidc-service.ts';

const executablePath = '/usr/bin/chromium';
const isSlow = process.env['PATRONUS_SLOW_TESTS'] === '1';
const why = isSlow
  ? existsSync(executablePath)
    ? ''
    : ` (skipped: no ${executablePath}; apt-get install chromium)`
  : ' (skipped, seconds: PATRONUS_SLOW_TESTS=1)';

/** The service must know the controller's address, and the controller the service's, before either starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(why !== '')(`a browser where single sign-on alone opens accounts${why}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'patronus-oidc-page-'));
  let service: TestOidcService;
  let controller: RunningController;
  let browser: Browser;

  beforeAll(async () => {
    const port = await freePort();
    service = await TestOidcService.start(`http://localhost:${port}`);
    writeFileSync(join(directory, 'secret'), testClient.secret);
    const env = {
      PATRONUS_LOG_LEVEL: 'silent',
      PATRONUS_LOCAL_SIGN_IN: 'off',
      PATRONUS_ANONYMOUS_READS: 'never',
      PATRONUS_OIDC_ISSUER: service.issuer,
      PATRONUS_OIDC_NAME: 'Example ID',
      PATRONUS_OIDC_CLIENT_ID: testClient.id,
      PATRONUS_OIDC_CLIENT_SECRET_FILE: join(directory, 'secret'),
      PATRONUS_OIDC_ROLES: 'noc=operator',
    };
    const flags = { dataDir: join(directory, 'data'), port, edgePort: 0 };
    controller = await startController(loadControllerSettings({ env, flags }));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
    await service?.stop();
    rmSync(directory, { recursive: true });
  });

  const post = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const url = `${controller.httpUrl}/api/v1/${path}`;
    return (await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T;
  };

  it('offers nothing else, comes back to the page it left, and signs a command line in there', async () => {
    service.person = 's-carla';
    service.people.set('s-carla', { preferred_username: 'carla', groups: ['noc'] });
    const begun = await post<{ device_code: string; verification_uri_complete: string }>('auth/device', {});
    const page = await browser.newPage();
    await page.goto(begun.verification_uri_complete);
    const way = page.getByRole('link', { name: 'Sign in with Example ID' });
    await way.waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    expect(await page.getByRole('button', { name: /passkey/ }).count()).toBe(0);
    await way.click();
    await page.getByText('A command line asks to be signed in as carla').waitFor();
    await page.getByRole('button', { name: 'Sign it in' }).click();
    await page.getByText('is being signed in').waitFor();
    const { access_token: token } = await post<{ access_token: string }>('auth/device/token', {
      device_code: begun.device_code,
    });
    const account = await fetch(`${controller.httpUrl}/api/v1/account`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await account.json()).toMatchObject({ username: 'carla', role: 'operator' });
  });
});
