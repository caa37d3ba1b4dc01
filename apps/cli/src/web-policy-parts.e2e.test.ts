import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';

describe.skipIf(noBrowser !== '')(`host sets, classes, uplinks and transport links on the web page${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  const told = async <Told>(...args: string[]): Promise<Told> => {
    const { out, err, exitCode } = await controller.patronus([...args, '--json']);
    expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
    return JSON.parse(out) as Told;
  };
  const menu = async (of: string, item: string) => {
    await page.getByRole('button', { name: `More for ${of}` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  beforeAll(async () => {
    controller = await startTestController();
    for (const [index, site] of ['hq', 'branch'].entries()) {
      const uplinks = ['mpls', 'lte'].flatMap((label, line) => [
        '--endpoint',
        `label=${label},device=${label}0,address=192.0.${line + 1}.${index + 1}`,
      ]);
      await told('sites', 'create', site, '--prefix', `10.${index + 1}.0.0/24`, ...uplinks);
    }
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  it('make a host set, tell at its field what is wrong, delete it, and bring it back', async () => {
    await page.goto(`${controller.url}/policies`);
    await page.getByRole('button', { name: 'What policies name' }).click();
    await page.getByRole('menuitem', { name: 'Host sets' }).click();
    await page.getByText('No host sets yet').waitFor();
    await page.getByRole('button', { name: 'Add a host set' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('printers');
    const members = dialog.getByRole('combobox', { name: 'Prefixes and addresses' });
    await members.fill('10.1.0.300');
    await members.press('Enter');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText(/10\.1\.0\.300.* is not/).waitFor();
    await members.press('Backspace');
    await members.fill('10.1.0.32/28');
    await members.press('Enter');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('row', { name: /^printers 10\.1\.0\.32\/28 no policy/ }).waitFor();
    await menu('printers', 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No host sets yet').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /^printers/ }).waitFor();
    expect(await told<object[]>('host-sets')).toMatchObject([{ name: 'printers', members: ['10.1.0.32/28'] }]);
  });

  it('change a class of service, and refuse guarantees above the whole', async () => {
    await page.goto(`${controller.url}/policies/classes`);
    await menu('bulk', 'Edit');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Guarantee').fill('50');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/100 %/).last().waitFor();
    await dialog.getByLabel('Guarantee').fill('5');
    await dialog.getByLabel('Ceiling').fill('80');
    await dialog.getByLabel('Marks packets').fill('cs1');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /^bulk 5\.0 % 80\.0 % 3 .*CS1.* CS1 no policy/ }).waitFor();
    await page.getByRole('button', { name: 'More for default' }).click();
    expect(await page.getByRole('menuitem', { name: /Delete/ }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('let outer packets of an uplink carry the code point of what is inside', async () => {
    await page.goto(`${controller.url}/sites/hq`);
    await menu('mpls', 'Edit');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Outer code point' }).click();
    await page.getByRole('option', { name: 'That of the packet inside' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The uplink was changed.').waitFor();
    expect(await told('endpoints', 'show', 'hq/mpls')).toMatchObject({ outer_dscp: 'copy' });
  });

  it('limit which labels reach each other after telling which paths that costs, and undo it', async () => {
    await page.goto(`${controller.url}/paths`);
    await page.getByRole('link', { name: 'Transport links' }).click();
    await page.getByLabel('Only these pairs').click();
    await page.getByText('4 paths would be no more.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const left = page.getByRole('table', { name: 'Uplinks without a path' });
    await left.getByRole('row', { name: /branch lte hq mpls no transport link joins/ }).waitFor();
    expect(await told<object[]>('paths')).toHaveLength(4);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Nothing is left out').waitFor();
    expect(await told<object[]>('paths')).toHaveLength(8);
  });

  it('show without any way to change them to who only looks', async () => {
    const visitor = await browser.newContext().then((context) => context.newPage());
    for (const [path, text] of [
      ['/policies/host-sets', 'printers'],
      ['/policies/classes', 'realtime'],
      ['/paths/transport-links', 'All reach all'],
    ] as const) {
      await visitor.goto(`${controller.url}${path}`);
      await visitor.getByText(text).waitFor();
      expect(
        await visitor
          .getByRole('main')
          .getByRole('button', { name: /Add|Save|More for/ })
          .count(),
      ).toBe(0);
    }
    expect(await visitor.getByRole('radio', { name: 'Only these pairs' }).isDisabled()).toBe(true);
    await visitor.context().close();
    expect(complaints).toEqual([]);
  });
});
