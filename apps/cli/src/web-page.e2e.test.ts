import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type TestController } from './testing/index.ts';

const executablePath = '/usr/bin/chromium';
/** No sandbox as root, no GPU, and nothing that calls out. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
].concat(['--disable-component-update', '--disable-sync']);
const why = existsSync(executablePath) ? '' : ` (skipped: no ${executablePath}; apt-get install chromium)`;

describe.skipIf(why !== '')(`the web page${why}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    controller = await startTestController();
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage();
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  it('takes a password on the one-time link once, and tells a second try what is wrong', async () => {
    const setup = async () => {
      await page.goto(controller.setupUrl!);
      const fields = page.locator('input[type=password]');
      await fields.nth(0).fill('short');
      expect(await page.getByRole('button').isDisabled()).toBe(true);
      for (const index of [0, 1]) await fields.nth(index).fill('Correct-horse-9-battery');
      await page.getByRole('button').click();
    };
    await setup();
    await page.getByText('The password is set.').waitFor();
    expect(page.url()).not.toContain('#');
    await setup();
    expect(await page.getByRole('alert').innerText()).not.toBe('');
    const signedIn = await controller.patronus(['login', 'admin', '--password-stdin'], {
      stdin: 'Correct-horse-9-battery',
    });
    expect(signedIn.exitCode).toBe(0);
  });

  it('shows a site and its paths without being loaded again, and the event as it happens', async () => {
    await page.goto(controller.url);
    await page.getByRole('status').getByText('live').waitFor();
    for (const [name, number] of [
      ['hq', 1],
      ['branch', 2],
    ] as const) {
      const fields = [
        '--prefix',
        `10.${number}.0.0/24`,
        '--endpoint',
        `label=mpls,device=eth0,address=192.0.2.${number}`,
      ];
      const made = await controller.patronus(['sites', 'create', name, ...fields]);
      expect(made.err).toBe('');
    }
    await page.getByLabel('site branch, new').waitFor();
    await page.getByLabel('branch mpls – hq mpls: unknown').waitFor();
    expect(await page.getByRole('row', { name: /hq → branch mpls \? ?unknown/ }).innerText()).toMatch(/–\s+–\s+–\s+–/);
    await page
      .locator('.events')
      .getByText(/branch/)
      .first()
      .waitFor();
    expect(await page.locator('header').innerText()).toMatch(/0 of 2/);
  });

  it('says that it is disconnected and since when, and recovers by itself', async () => {
    await controller.whileStopped(async () => {
      await page
        .getByRole('alert')
        .getByText(/No word from the controller/)
        .waitFor();
      expect(await page.locator('main').getAttribute('class')).toBe('old');
      expect(await page.locator('header').innerText()).toMatch(/disconnected[\s\S]*–/);
    });
    await page.getByRole('status').getByText('live').waitFor();
    expect(await page.locator('.banner').count()).toBe(0);
  });

  it('lets people try GraphQL, with the schema at hand', async () => {
    const playground = await browser.newPage();
    const refused = complaintsOf(playground);
    await playground.goto(`${controller.url}/graphql`);
    await playground.locator('.graphiql-query-editor .cm-punctuation').first().waitFor();
    await playground.getByRole('button', { name: /Execute query/ }).click();
    await playground.locator('.result-window .cm-string').filter({ hasText: 'branch' }).first().waitFor();
    await playground.getByRole('button', { name: /Documentation Explorer/ }).click();
    await playground.getByText('Query', { exact: true }).first().waitFor();
    expect(refused).toEqual([]);
    await playground.close();
  });

  it('shows the REST API, operation by operation', async () => {
    const docs = await browser.newPage();
    const refused = complaintsOf(docs);
    await docs.goto(`${controller.url}/api/v1/docs/`);
    await docs.getByText('List policies, in the order in which they are looked at').waitFor();
    // A style attribute of its logo is left out.
    expect(refused.filter((complaint) => !complaint.startsWith('Applying inline style'))).toEqual([]);
    await docs.close();
  });

  it('fits a phone, in both colour schemes, and broke no rule of its content security policy', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});

/** What a page reports from now on: errors, and what its content security policy refused. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Error:/.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}
