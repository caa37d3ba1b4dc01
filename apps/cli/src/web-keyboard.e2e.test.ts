import { Secret, TOTP } from 'otpauth';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startTestController, until, type TestController } from './testing/index.ts';
import { choose, enter, tabTo, type } from './testing/keyboard.ts';
import { addPasskeyDevice, noBrowser, openBrowser } from './testing/web-page.ts';

const password = 'Correct-horse-9-battery';
/** Pages answer within a fraction of it; a busy machine does not. */
const timeoutMs = 15_000;

describe.skipIf(noBrowser !== '')(`the web page without a mouse${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;

  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
  const inDialog = (name: string): Locator => page.getByRole('dialog').getByRole('button', { name, exact: true });
  const field = (name: string): Locator => page.getByLabel(name, { exact: true });
  /** The letters of the help sheet that lead to a page. */
  const goTo = async (letter: string, heading: string) => {
    await page.keyboard.press('Escape');
    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  };

  beforeAll(async () => {
    controller = await startTestController();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(timeoutMs);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  it('makes the administrator and the first site, and shows its command', async () => {
    await page.goto(controller.setupUrl!);
    await type(page, field('Password'), password);
    await type(page, field('The same again'), password);
    await page.keyboard.press('Enter');
    await enter(page, page.getByRole('link', { name: 'Go to the overview' }));
    await enter(page, button('Add a site'));
    await type(page, field('Name'), 'hq');
    await type(page, field('Prefixes'), '10.1.0.0/24');
    await type(page, field('Label of uplink 1'), 'mpls');
    await type(page, field('Device of uplink 1'), 'wan0');
    await type(page, field('Address of uplink 1'), '192.0.2.1');
    await enter(page, button('Add the site'));
    await enter(page, button('Show the command'));
    await page.getByLabel('the command to join', { exact: true }).waitFor();
  });

  it('writes policies, sees what saving changes, and saves', async () => {
    for (const [name, port] of [
      ['backup', '873'],
      ['files', '5201'],
    ] as const) {
      await goTo('l', 'Policies');
      await enter(page, button('Add a policy'));
      await type(page, field('Name'), name);
      await enter(page, button('Add a condition'));
      await choose(page, 'To ports');
      await type(page, page.getByRole('combobox', { name: 'To ports' }), port);
      await page.keyboard.press('Enter');
      await page.getByText(new RegExp(`^${name}\\s+new$`)).waitFor();
      await enter(page, button('Save'));
      await page.getByText(`${name} is saved.`).waitFor();
    }
  });

  it('puts them in another order, and takes that back', async () => {
    await goTo('l', 'Policies');
    const order = () => page.getByRole('list', { name: 'Policies' }).getByRole('link').allInnerTexts();
    const before = await order();
    await tabTo(page, page.getByRole('button', { name: new RegExp(`^Move ${before[1]},`) }));
    await page.keyboard.press('Space');
    await page.getByText(`${before[1]} is over place 2 of 2`).waitFor();
    // it hears arrows a moment after it says that it was lifted; at the first place one more changes nothing
    await until('the arrow is heard', async () => {
      await page.keyboard.press('ArrowUp');
      return page.getByText(`${before[1]} is over place 1 of 2`).isVisible();
    });
    await page.keyboard.press('Space');
    await enter(page, button('Save the order'));
    await page.getByText('The new order is in force.').waitFor();
    await until('the page shows it', async () => (await order())[0] === before[1]);
    await enter(page, button('Undo').last());
    await until('the order is as it was', async () => (await order())[0] === before[0]);
  });

  it('explains a flow', async () => {
    await goTo('l', 'Policies');
    await enter(page, page.getByRole('link', { name: 'Explain a flow' }).or(button('Explain a flow')));
    await type(page, page.getByRole('combobox', { name: 'From', exact: true }), 'hq');
    await type(page, page.getByRole('combobox', { name: 'To', exact: true }), '203.0.113.7');
    await type(page, field('To port'), '873');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /10\.1\.0\.1 \(hq\) → 203\.0\.113\.7/ }).waitFor();
  });

  it('deletes a site and restores it', async () => {
    await goTo('s', 'Sites');
    await enter(page, page.getByRole('row', { name: /^hq/ }));
    await page.getByRole('heading', { name: 'hq', level: 1 }).waitFor();
    await enter(page, button('Delete'));
    await enter(page, inDialog('Delete'));
    await page.getByText('hq was deleted.').waitFor();
    await enter(page, button('Undo').last());
    await page.getByRole('heading', { name: 'hq', level: 1 }).waitFor();
  });

  it('sets up an authenticator app and a passkey', async () => {
    await enter(page, button('Account and settings of this page'));
    await choose(page, 'Your account');
    await enter(page, button('Set up'));
    await type(page, field('Your password'), password);
    await page.keyboard.press('Enter');
    const secret = await page.getByLabel('secret', { exact: true }).innerText();
    const code = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(/\s/g, '')) }).generate();
    await type(page, field('Then the code that the app shows'), code);
    await page.keyboard.press('Enter');
    await enter(page, button('I have kept them'));
    await addPasskeyDevice(page);
    await enter(page, button('Add a passkey'));
    await type(page, field('Which device it is in'), 'Laptop');
    await type(page, field('Your password'), password);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Laptop/ }).waitFor();
  });
});
