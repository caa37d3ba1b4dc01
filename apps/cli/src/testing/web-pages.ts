/** Every page of the web page, with something to show on it: for tests that read all of them. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestController } from './index.ts';

/** Addresses of all pages, as their features declare them, such as `/sites/$site`. */
const declared = globSync('features/*/feature.ts', { cwd: new URL('../../../web/src/', import.meta.url) }).flatMap(
  (file) => [...sourceOf(file).matchAll(/path: '([^']+)',\s*load/g)].map(([, path]) => path!),
);
/** Other looks of the same pages. */
const views = [
  '/topology?view=map',
  '/topology?chosen=site:hq',
  '/paths?view=matrix',
  '/traffic?by=application',
  '/policies/explain?source=hq&destination=branch&destination_port=443',
];
/** For those who are not signed in yet. */
export const entrances = ['/sign-in', '/setup'];

/** What opens over a page: where, by which button. */
export const opened = [
  ['/sites/hq', 'Delete', 'dialog'],
  ['/sites/hq', 'Add an uplink', 'dialog'],
  ['/sites/hq', 'More for mpls', 'menu'],
  ['/policies/host-sets', 'Add a host set', 'dialog'],
  ['/policies/classes', 'Add a class', 'dialog'],
  ['/people', 'Add a person', 'dialog'],
  ['/', 'Account and settings of this page', 'menu'],
] as const;

/** Waits until nothing has moved for some frames: a colour that is inherited changes level by level. What turns for ever is left. */
const atRest = `(async () => {
  const moves = (each) => each.effect.getComputedTiming().endTime !== Infinity;
  for (let still = 0; still < 5; still = document.getAnimations().some(moves) ? 0 : still + 1) {
    await new Promise(requestAnimationFrame);
  }
})()`;

/** Fills a controller, and gives the addresses of all pages that somebody signed in sees. */
export async function fillPages(controller: TestController): Promise<readonly string[]> {
  const words = await seed(controller);
  return [...declared.map((path) => path.replace(/\$(\w+)/, (_whole, word: string) => words[word]!)), ...views];
}

export async function openPage(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('status').getByText('Live').waitFor();
  await page.locator('[aria-label=Loading]').first().waitFor({ state: 'detached' });
}

export async function openEntrance(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Waits until the page has the colours asked for, and nothing moves any more. */
export async function paint(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  await page.evaluate(atRest);
}

function sourceOf(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../web/src/${file}`, import.meta.url)), 'utf8');
}

/** Something for each page to show. Gives what stands for the parts of addresses. */
async function seed({ patronus }: TestController): Promise<Record<string, string>> {
  const made = async <Made>(...args: string[]): Promise<Made> => {
    const { out, err, exitCode } = await patronus([...args, '--json']);
    expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
    return JSON.parse(out) as Made;
  };
  const uplink = (label: string, address: string) => [
    '--endpoint',
    `label=${label},device=${label}0,address=${address}`,
  ];
  await made('sites', 'create', 'hq', '--prefix', '10.1.0.0/24', ...uplink('mpls', '192.0.2.1'));
  await made('sites', 'create', 'branch', '--prefix', '10.2.0.0/24', ...uplink('mpls', '192.0.2.2'));
  const bounds = ['--protocol', 'udp', '--max-delay', '150ms'];
  const policy = await made<{ id: string }>('policies', 'create', 'voice', '--priority', '200', ...bounds);
  const paths = await made<{ id: string }[]>('paths');
  const person = await made<{ user: { id: string } }>('users', 'create', 'vera', '--name', 'Vera', '--role', 'viewer');
  await made('api-keys', 'create', 'dashboard', '--scopes', 'network:read', '--user', 'admin');
  await made('enrolment-keys', 'create', 'branch');
  await made('host-sets', 'create', 'printers', '--member', '10.1.0.32/28');
  const sink = await made<{ id: string }>('sinks', 'create', 'pager', '--webhook', 'http://localhost:9/nobody');
  return {
    site: 'hq',
    path: paths[0]!.id,
    policy: policy.id,
    user: person.user.id,
    sink: sink.id,
    application: 'microsoft-teams',
  };
}
