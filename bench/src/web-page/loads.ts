import { get } from 'node:http';
import { median } from '@patronus/core';
import type { Browser } from 'playwright-core';
import { viewport, type Report } from './browser.ts';

const loads = 10;

/** Interactive: the menu answers, and the network is shown as it is. Every load has a cold cache. */
export async function measureLoads(report: Report, browser: Browser, url: string): Promise<void> {
  const found = [];
  for (let index = 0; index < loads; index++) found.push(await load(browser, url));
  const times = found.map(({ interactiveMs }) => interactiveMs);
  report({ metric: 'interactive, cold cache, median', value: median(times), unit: 'ms', samples: loads });
  report({ metric: 'interactive, cold cache, worst', value: Math.max(...times), unit: 'ms', samples: loads });
  const { files, answersBytes } = found[0]!;
  const bytes = { unit: 'kB', samples: files.length };
  report({ metric: 'first load, gzip, with font', value: (await sizeOf(files, 'gzip')) / 1000, ...bytes });
  report({ metric: 'first load, brotli, with font', value: (await sizeOf(files, 'br')) / 1000, ...bytes });
  report({ metric: 'answers of the API to the first load', value: answersBytes / 1000, unit: 'kB', samples: 1 });
}

interface Load {
  readonly interactiveMs: number;
  /** What the page itself is made of. */
  readonly files: readonly string[];
  /** What it asked for beside, as sent. */
  readonly answersBytes: number;
}

async function load(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const asked = new Map<string, string>();
  let answersBytes = 0;
  session.on('Network.requestWillBeSent', ({ requestId, request }) => asked.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (isAnswer(asked.get(requestId) ?? '')) answersBytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('main a[href="/paths"]').first().waitFor();
  const interactiveMs = await page.evaluate<number>('performance.now()');
  await page.evaluate('document.fonts.ready.then(() => null)');
  await context.close();
  return { interactiveMs, files: [...new Set(asked.values())].filter((each) => !isAnswer(each)), answersBytes };
}

const isAnswer = (url: string): boolean => /\/(graphql|api)\b/.test(url);

/** Octets of the bodies of files, in an encoding where they have it. */
async function sizeOf(urls: readonly string[], encoding: 'gzip' | 'br'): Promise<number> {
  const sizes = await Promise.all(urls.map((url) => bodySize(url, encoding)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `fetch` would decode it. */
const bodySize = (url: string, encoding: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': encoding } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
