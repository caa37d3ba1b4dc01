import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';
import { Failure, run } from './run.mjs';

const chromium = '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'];
const widths = [1440, 390];
const colorSchemes = ['light', 'dark'];
/** Lists that are longer go on as they begin. */
const highest = 2400;
/** Enough for what moves to come to rest. */
const restMs = 1000;
/** A lab and two pages at once keep a small machine busy. */
const timeoutMs = 120_000;

/**
 * A picture of each page, wide and narrow, light and dark, as `NAME-WIDTH-SCHEME.png`.
 *
 * @param {{ pages: import('./dashboard-pages.mjs').dashboardPages, words: Record<string, string>, target: string,
 *   url: string, newUrl: string, password: string }} what `words` replace `$word` in paths; `url` is of the lab's controller,
 *   `newUrl` of one that has nothing yet
 */
export async function takePictures({ pages, words, target, url, newUrl, password }) {
  const { chromium: browserType } = await import('playwright-core');
  const browser = await browserType.launch({ executablePath: chromium, args });
  try {
    for (const width of widths) {
      await Promise.all(
        colorSchemes.map(async (colorScheme) => {
          const context = await browser.newContext({
            viewport: { width, height: 900 },
            colorScheme,
            reducedMotion: 'reduce',
          });
          const page = await context.newPage();
          page.setDefaultTimeout(timeoutMs);
          await signIn(page, url, password);
          for (const { name, path, of, first } of pages) {
            const address = path.replace(/\$(\w+)/, (_whole, word) => words[word]);
            const file = join(target, `${name}-${width}-${colorScheme}.png`);
            await take(page, `${of === 'new' ? newUrl : url}${address}`, { first, width, file });
            await makeSmall(file);
            console.log(file.slice(root.length + 1));
          }
          await context.close();
        }),
      );
    }
  } finally {
    await browser.close();
  }
}

async function signIn(page, url, password) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('status').getByText('Live').waitFor();
}

/** The page as high as its content, so that the menu reaches down its whole side. */
async function take(page, address, { first, width, file }) {
  await page.setViewportSize({ width, height: 900 });
  await page.goto(address);
  await page.getByRole('heading').first().waitFor();
  await page.locator('[aria-label=Loading]').first().waitFor({ state: 'detached' });
  await delay(restMs);
  await first?.(page);
  const height = await page.evaluate('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.max(900, Math.min(height, highest)) });
  await delay(restMs);
  await page.screenshot({ path: file });
}

/** 256 colours are enough for a page, and a third of the size. */
async function makeSmall(file) {
  const command = ['--force', '--skip-if-larger', '--strip', '--ext', '.png', '--quality', '70-95', file];
  const { code, output } = await run('pngquant', command, { quiet: true, limitMs: 60_000 });
  // 98 and 99: it would be larger, or worse than wanted, and stays as it is.
  if (code !== 0 && code !== 98 && code !== 99) throw new Failure(`pngquant ${file}: ${output}`);
}
