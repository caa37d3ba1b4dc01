import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, until, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';
import { entrances, fillPages, opened, openEntrance, openPage, paint } from './testing/web-pages.ts';

/** Three dozen pages, each read through twice; a page takes a second, and several on a busy machine. */
const readMs = 300_000;
/** A page is there within a fraction of it; on a busy machine it is not. */
const pageMs = 60_000;
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

describe.skipIf(noBrowser !== '')(`every page of the web page${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];
  let pages: readonly string[] = [];

  beforeAll(async () => {
    controller = await startTestController();
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
    page.setDefaultTimeout(pageMs);
    pages = await fillPages(controller);
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  const wrong = async (read: Page, options: object) => {
    const { violations } = await read.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
    return violations.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ html, failureSummary: why }) => `${html}: ${why}`).join(' | ')}`,
    );
  };
  /** In the dark only colours differ. */
  const wrongInBoth = async (read: Page, what: string) => {
    await read.evaluate(axe.source);
    await paint(read, 'light');
    const light = await wrong(read, { runOnly: levels });
    await paint(read, 'dark');
    const dark = await wrong(read, { runOnly: { type: 'rule', values: ['color-contrast'] } });
    return [...light.map((text) => `${what}: ${text}`), ...dark.map((text) => `${what}, dark: ${text}`)];
  };
  /** What is wrong with what is shown, and whether it is wider than a phone. */
  const wrongAnywhere = async (read: Page, path: string) => {
    const found = await wrongInBoth(read, path);
    await read.setViewportSize({ width: 390, height: 844 });
    const fits = () => read.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');
    await until('it fits', fits).catch(() => found.push(`${path}: too wide for a phone`));
    await read.setViewportSize({ width: 1440, height: 900 });
    return found;
  };

  it(
    'is accessible, light and dark (WCAG 2.2 AA), and fits a phone',
    async () => {
      const found: string[] = [];
      for (const path of pages) {
        await openPage(page, `${controller.url}${path}`);
        found.push(...(await wrongAnywhere(page, path)));
      }
      expect(found).toEqual([]);
      expect(pages.length).toBeGreaterThan(30);
    },
    readMs,
  );

  it(
    'is accessible before the sign-in, too',
    async () => {
      const visitor = await browser.newContext().then((context) => context.newPage());
      const found: string[] = [];
      for (const path of entrances) {
        await openEntrance(visitor, `${controller.url}${path}`);
        found.push(...(await wrongAnywhere(visitor, path)));
      }
      expect(found).toEqual([]);
      await visitor.context().close();
    },
    readMs,
  );

  it(
    'has dialogs and menus that are accessible too',
    async () => {
      const found: string[] = [];
      for (const [path, button, role] of opened) {
        await openPage(page, `${controller.url}${path}`);
        await page.getByRole('button', { name: button, exact: true }).first().click();
        await page.getByRole(role).last().waitFor();
        found.push(...(await wrongInBoth(page, `${path}, ${button}`)));
      }
      expect(found).toEqual([]);
    },
    readMs,
  );

  it('broke no rule of its content security policy, and threw nothing', () => {
    expect(complaints).toEqual([]);
  });
});
