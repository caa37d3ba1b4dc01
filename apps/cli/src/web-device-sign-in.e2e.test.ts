import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, type Ran, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';

/** `patronus login --browser`, still waiting: what it told, and what becomes of it. */
interface Waiting {
  readonly link: string;
  readonly code: string;
  readonly ran: Promise<Ran>;
}

describe.skipIf(noBrowser !== '')(`a command line that a browser signs in${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    controller = await startTestController();
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  const begin = async (): Promise<Waiting> => {
    const { promise: told, resolve } = Promise.withResolvers<Omit<Waiting, 'ran'>>();
    const onOutput = (out: string): void => {
      const [, link, code] = /^ {2}(http\S+\?code=(\S+))$/m.exec(out) ?? [];
      if (link !== undefined && code !== undefined) resolve({ link, code });
    };
    const ran = controller.patronus(['login', '--browser', '--url', controller.url], { onOutput });
    return { ...(await told), ran };
  };
  /** What the page says that it waits for, on a telephone in the dark too. */
  const look = async (waiting: Waiting, on: Page): Promise<void> => {
    await on.getByLabel('Code').getByText(waiting.code).waitFor();
    await on.getByText('Is this the code on your own terminal?').waitFor();
    await on.setViewportSize({ width: 390, height: 844 });
    expect(await on.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  };

  it('is signed in as whoever approves it, or told that it was refused', async () => {
    const complaints = complaintsOf(page);
    const [first, second] = await Promise.all([begin(), begin()]);
    await page.goto(second.link);
    await look(second, page);
    await page.getByRole('button', { name: 'Refuse' }).press('Enter');
    await page.getByText('was not signed in').waitFor();

    const other = await browser.newContext({ colorScheme: 'dark' }).then((context) => context.newPage());
    await other.goto(first.link);
    await other.locator('main').getByRole('button', { name: 'Sign in' }).click();
    await other.getByLabel('User name').fill('admin');
    await other.getByLabel('Password', { exact: true }).fill('Correct-horse-9-battery');
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    await look(first, other);
    await other.getByRole('button', { name: 'Sign it in' }).click();
    await other.getByText('is being signed in').waitFor();

    const refused = expect.stringMatching(/^patronus: the sign-in was refused in the browser$/m) as unknown;
    expect(await second.ran).toMatchObject({ exitCode: 1, err: refused });
    const signedIn = await first.ran;
    expect(signedIn).toMatchObject({ exitCode: 0, out: expect.stringMatching(/ as admin\n$/) as unknown });
    const { out } = await controller.patronus(['sessions', '--json']);
    const sessions = JSON.parse(out) as { machine: string | null; current: boolean }[];
    expect(sessions.filter(({ machine }) => machine !== null)).toMatchObject([{ current: true }]);
    await page.goto(first.link);
    await page.getByRole('alert').getByText('No sign-in waits with this code').waitFor();
    expect(complaints).toEqual([]);
  });
});
