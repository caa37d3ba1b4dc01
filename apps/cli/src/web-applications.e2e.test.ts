import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';

describe.skipIf(noBrowser !== '')(`applications and traffic on the web page${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    controller = await startTestController();
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  it('finds an application by the domain of its servers, and shows how it is recognised', async () => {
    await page.goto(`${controller.url}/applications`);
    await page.getByLabel('Filter Applications').fill('teams.live.com');
    await page.getByRole('row', { name: /Microsoft Teams/ }).click();
    await page.getByRole('heading', { name: 'Microsoft Teams' }).waitFor();
    await page.getByText('udp/3478-3481').waitFor();
    await page.getByText('no policy names it').waitFor();
  });

  it('adds an application of the operator, tells at its field what is wrong, and a policy can name it', async () => {
    await page.goto(`${controller.url}/applications/new`);
    await page.getByLabel('Name', { exact: true }).fill('Our ERP');
    await page.getByLabel('Title').fill('Our ERP');
    await page.getByRole('combobox', { name: 'Names of servers, way 1' }).fill('*.erp.example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Ports, way 1' }).fill('tcp/8443');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add the application' }).click();
    await page.getByText(/is not a name of an application/).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('our-erp');
    await page.getByRole('button', { name: 'Add the application' }).click();
    await page.getByRole('heading', { name: 'Our ERP' }).waitFor();

    await page.goto(`${controller.url}/policies/new`);
    await page.getByLabel('Name', { exact: true }).fill('erp');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('menuitem', { name: 'Applications', exact: true }).click();
    await page.getByRole('combobox', { name: 'Applications' }).fill('our');
    await page.getByRole('option', { name: 'our-erp' }).click();
    await page.getByText(/^erp\s+new$/).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('erp is saved.').waitFor();
    await page.getByText('Of our-erp').waitFor();

    await page.goto(`${controller.url}/applications/our-erp`);
    await page.getByRole('link', { name: 'erp', exact: true }).waitFor();
  });

  it('says of traffic what to do where none was counted, and keeps what is looked at in the address', async () => {
    await page.goto(`${controller.url}/traffic`);
    await page.getByText('Nothing was counted in this range').waitFor();
    await page.getByRole('radiogroup', { name: 'Traffic of' }).getByText('Paths').click();
    await page.getByRole('radiogroup', { name: 'What is counted' }).getByText('Received by tunnels').click();
    await page.waitForURL(/by=path&counted=bytes_received/);
    expect(await page.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true);
  });

  it('fits a phone, and broke no rule of its content security policy', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/applications', '/applications/microsoft-teams', '/applications/new', '/traffic']) {
      await page.goto(`${controller.url}${path}`);
      await page.getByRole('status').getByText('Live').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});
