import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type TestController } from './testing/index.ts';
import { addPasskeyDevice, noBrowser, openBrowser } from './testing/web-page.ts';

/** Pages answer within a fraction of it; a busy machine does not. */
const timeoutMs = 15_000;
const [adminPassword, viewerPassword] = ['Correct-horse-9-battery', 'Another-horse-7-staple'];

describe.skipIf(noBrowser !== '')(`people and their accounts on the web page${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let admin: Page;

  beforeAll(async () => {
    // Several people sign in from one address, faster than people do.
    controller = await startTestController({ PATRONUS_SIGN_IN_LIMIT: '1000' });
    browser = await openBrowser();
    admin = await newPage();
    await choosePassword(admin, controller.setupUrl!, adminPassword);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  const newPage = async (): Promise<Page> => {
    const page = await browser.newContext().then((context) => context.newPage());
    page.setDefaultTimeout(timeoutMs);
    return page;
  };
  const signIn = async (page: Page, username: string, password: string): Promise<void> => {
    await page.goto(`${controller.url}/sign-in?return=/account`);
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };

  it('adds a person, whose one-time link sets their password and signs them in with their role', async () => {
    await admin.goto(`${controller.url}/people`);
    await admin.getByRole('button', { name: 'Add a person' }).click();
    await admin.getByLabel('Signs in as').fill('not a name');
    await admin.getByRole('button', { name: 'Add', exact: true }).click();
    await admin.getByLabel('Signs in as').and(admin.locator('[aria-invalid=true]')).waitFor();
    await admin.getByLabel('Signs in as').fill('vera');
    await admin.getByRole('button', { name: 'Add', exact: true }).click();
    const link = await admin.getByLabel('one-time link', { exact: true }).innerText();
    expect(link).toContain(`${controller.url}/setup?user=vera#`);
    const vera = await newPage();
    await choosePassword(vera, link, viewerPassword);
    await vera.goto(`${controller.url}/account`);
    await vera.getByText('viewer', { exact: true }).waitFor();
    await vera.context().close();
    // What the page asks by itself, while somebody signs in too, is nothing that is refused.
    await admin.goto(`${controller.url}/audit?action=access_refused`);
    await admin.getByText('Nothing fits the filter').waitFor();
  });

  it('goes on in a window whose browser was signed in by another', async () => {
    const first = await newPage();
    await first.goto(`${controller.url}/sites`);
    await first.getByRole('heading', { name: 'Sites', level: 1 }).waitFor();
    const second = await first.context().newPage();
    await signIn(second, 'admin', adminPassword);
    await second.getByRole('heading', { name: 'Your account' }).waitFor();
    await first.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Policies' }).click();
    await first.getByText('All traffic that no other policy matches').waitFor();
    await first.getByText('Add a policy').waitFor();
    await first.context().close();
  });

  it('shows a viewer no way to change anything, and says what is not for them', async () => {
    const vera = await newPage();
    await signIn(vera, 'vera', viewerPassword);
    await vera.getByRole('heading', { name: 'Your account' }).waitFor();
    const menu = vera.getByRole('navigation', { name: 'Main' });
    await menu.getByRole('link', { name: 'Sites' }).waitFor();
    for (const name of ['Audit', 'People', 'Keys', 'Event sinks']) {
      expect(await menu.getByRole('link', { name, exact: true }).count()).toBe(0);
    }
    for (const [path, heading] of [['/sites', 'Sites'] as const, ['/settings', 'Settings'] as const]) {
      await vera.goto(controller.url + path);
      await vera.getByRole('heading', { name: heading, level: 1 }).waitFor();
      const buttons = await vera.locator('main').getByRole('button').allInnerTexts();
      expect(buttons.filter((text) => /add|delete|clear|new|encrypt/i.test(text))).toEqual([]);
    }
    await vera.goto(`${controller.url}/audit`);
    await vera.getByText('The audit log is for the role admin').waitFor();
    await vera.context().close();
  });

  it('sets up an authenticator app, asks for its code from then on, and takes a recovery code once', async () => {
    const vera = await newPage();
    await signIn(vera, 'vera', viewerPassword);
    await vera.getByRole('button', { name: 'Set up' }).click();
    await vera.getByLabel('Your password').fill(viewerPassword);
    await vera.getByRole('button', { name: 'Go on' }).click();
    await vera.getByRole('img', { name: /QR code/ }).waitFor();
    const secret = await vera.getByLabel('secret', { exact: true }).innerText();
    await vera.getByLabel('Then the code that the app shows').fill('000000');
    await vera.getByRole('button', { name: 'Switch on' }).click();
    await vera.getByLabel('Then the code that the app shows').and(vera.locator('[aria-invalid=true]')).waitFor();
    await vera.getByLabel('Then the code that the app shows').fill(codeOf(secret));
    await vera.getByRole('button', { name: 'Switch on' }).click();
    const codes = await vera.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
    expect(codes.length).toBeGreaterThanOrEqual(8);
    await vera.getByRole('button', { name: 'I have kept them' }).click();
    await vera.context().close();

    const again = await newPage();
    await signIn(again, 'vera', viewerPassword);
    await again.getByLabel(/code/i).fill(codes[0]!);
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.getByRole('heading', { name: 'Your account' }).waitFor();
    await again.context().close();

    const twice = await newPage();
    await signIn(twice, 'vera', viewerPassword);
    await twice.getByLabel(/code/i).fill(codes[0]!);
    await twice.getByRole('button', { name: 'Sign in', exact: true }).click();
    await twice.getByRole('alert').waitFor();
    await twice.context().close();
  });

  it('adds a passkey, which signs in without a password, and ends other sessions', async () => {
    const page = await newPage();
    await signIn(page, 'admin', adminPassword);
    await addPasskeyDevice(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Which device it is in').fill('Laptop');
    await page.getByLabel('Your password').fill(adminPassword);
    await page.getByRole('button', { name: 'Add the passkey' }).click();
    await page.getByRole('row', { name: /Laptop/ }).waitFor();

    await page.getByRole('button', { name: 'Account and settings of this page' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor();
    await page.goto(`${controller.url}/sign-in?return=/account`);
    await page.getByRole('button', { name: /passkey/i }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();

    const sessions = page.getByRole('table', { name: 'Sessions' });
    const others = sessions.getByRole('button', { name: 'End' });
    await others.first().waitFor();
    const before = await others.count();
    await others.first().click();
    await expect.poll(() => others.count(), { timeout: timeoutMs }).toBe(before - 1);
    await page.context().close();
  });

  it('tells who did what, proves that the log is whole, and takes note of events', async () => {
    // The session of before was ended.
    admin = await newPage();
    await signIn(admin, 'admin', adminPassword);
    await admin.getByRole('heading', { name: 'Your account' }).waitFor();
    await admin.goto(`${controller.url}/audit?actor=vera`);
    await admin.getByRole('group').getByText('totp_enabled').waitFor();
    await admin.getByRole('button', { name: 'Verify the chain' }).click();
    await admin.getByText('The log is whole:').waitFor();
    await admin.goto(`${controller.url}/events?severity=warning,error`);
    await admin
      .getByText(/Sign-in failed for vera/)
      .first()
      .click();
    await admin.getByRole('button', { name: 'Take note', exact: true }).first().click();
    await admin.getByText(/noted/).first().waitFor();
  });
});

async function choosePassword(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('You are signed in as').waitFor();
}

const codeOf = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) }).generate();
