import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type TestController } from './testing/index.ts';
import { noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';
import { entrances, fillPages, opened, openEntrance, openPage, paint } from './testing/web-pages.ts';

const isSlowWelcome = process.env['PATRONUS_SLOW_TESTS'] === '1';
const why = isSlowWelcome ? noBrowser : ' (skipped: every page twice, for minutes; PATRONUS_SLOW_TESTS=1)';
/** Four dozen looks, light and dark, on a busy machine. */
const readMs = 600_000;
const pageMs = 60_000;

/** What pa11y itself runs in a page. */
const sniffer = readFileSync(createRequire(import.meta.url).resolve('@pa11y/html_codesniffer/build/HTMLCS.js'), 'utf8');
/** Type 1 of its messages are errors; 2 and 3, which pa11y leaves out too, ask a person to look. */
const errors = `new Promise((resolve, reject) => HTMLCS.process('WCAG2AA', document, (error) => error ? reject(error)
  : resolve(HTMLCS.getMessages().filter(({ type }) => type === 1)
      .map(({ code, msg, element }) => code + ' at ' + (element.outerHTML ?? 'document').slice(0, 300) + ': ' + msg))))`;

describe.skipIf(why !== '')(`every page of the web page, as pa11y reads it${why}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  /** Somebody who is not signed in. */
  let visitor: Page;
  let pages: readonly string[] = [];

  beforeAll(async () => {
    controller = await startTestController();
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
    page.setDefaultTimeout(pageMs);
    visitor = await browser.newContext().then((context) => context.newPage());
    pages = await fillPages(controller);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  /** Anew in each colour: what a closed `<details>` holds keeps the colours it was loaded with until it is opened. */
  const errorsOf = async (what: string, show: () => Promise<Page>) => {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await visitor.emulateMedia({ colorScheme });
      const shown = await show();
      await paint(shown, colorScheme);
      await shown.evaluate(sniffer);
      found.push(...(await shown.evaluate<string[]>(errors)).map((text) => `${what}, ${colorScheme}: ${text}`));
    }
    return found;
  };

  it(
    'has no error by WCAG 2 AA, light or dark',
    async () => {
      const found: string[] = [];
      const shows = (open: typeof openPage, reader: Page, path: string) => async () => {
        await open(reader, `${controller.url}${path}`);
        return reader;
      };
      for (const path of pages) found.push(...(await errorsOf(path, shows(openPage, page, path))));
      for (const path of entrances) found.push(...(await errorsOf(path, shows(openEntrance, visitor, path))));
      expect(found).toEqual([]);
    },
    readMs,
  );

  it(
    'has none in dialogs and menus',
    async () => {
      const found: string[] = [];
      for (const [path, button, role] of opened) {
        const show = async () => {
          await openPage(page, `${controller.url}${path}`);
          await page.getByRole('button', { name: button, exact: true }).first().click();
          await page.getByRole(role).last().waitFor();
          return page;
        };
        found.push(...(await errorsOf(`${path}, ${button}`, show)));
      }
      expect(found).toEqual([]);
    },
    readMs,
  );
});
