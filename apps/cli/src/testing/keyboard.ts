/** What somebody without a mouse does. */
import type { Locator, Page } from 'playwright-core';

/** More stops than any page has before what a test looks for: the menu, then the page. */
const mostStops = 120;

/** Presses Tab until the one element that the locator names has the focus. Throws where Tab never gets there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const focused = target.and(page.locator(':focus'));
  for (let stop = 0; stop <= mostStops; stop++) {
    if ((await focused.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(target)} within ${mostStops} stops`);
}

/** Goes there and presses Enter. */
export async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Goes to a field and types. */
export async function type(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Walks an open menu by arrows to one of its items, and takes it. */
export async function choose(page: Page, name: string): Promise<void> {
  const item = page.getByRole('menuitem', { name, exact: true });
  await item.waitFor();
  const focused = item.and(page.locator(':focus'));
  for (let stop = 0; stop <= mostStops; stop++) {
    if ((await focused.count()) > 0) return page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`arrows do not reach "${name}" in the menu within ${mostStops} steps`);
}
