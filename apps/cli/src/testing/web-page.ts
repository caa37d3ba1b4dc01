import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { TestController } from './index.ts';

const executablePath = '/usr/bin/chromium';

/** Why there is no browser to test with, or nothing. */
export const noBrowser = existsSync(executablePath) ? '' : ` (skipped: no ${executablePath}; apt-get install chromium)`;

/** No sandbox as root, no GPU, and nothing that calls out. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** Pages answer within a fraction of it; a busy machine does not. */
const timeoutMs = 15_000;
const password = 'Correct-horse-9-battery';

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args });

/** A page that the first administrator of a new controller uses. */
export async function openAsAdministrator(browser: Browser, controller: TestController): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(timeoutMs);
  await page.goto(controller.setupUrl!);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('You are signed in as admin.').waitFor();
  return page;
}

/** What a page reports from now on: errors, and what its content security policy refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Error:/.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}

/** Gives the page a passkey device that always says yes. */
export async function addPasskeyDevice(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
