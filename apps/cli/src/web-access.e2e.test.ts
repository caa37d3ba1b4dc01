import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, until, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';

/** Three dozen pages, each read through twice; a page takes a second, and several on a busy machine. */
const readMs = 300_000;
/** A page is there within a fraction of it; on a busy machine it is not. */
const pageMs = 60_000;
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Addresses of all pages, as their features declare them, such as `/sites/$site`. */
const declared = globSync('features/*/feature.ts', { cwd: new URL('../../web/src/', import.meta.url) }).flatMap(
  (file) => [...sourceOf(file).matchAll(/path: '([^']+)',\s*load/g)].map(([, path]) => path!),
);
/** Other looks of the same pages. */
const views = [
  '/topology?view=map',
  '/topology?chosen=site:hq',
  '/paths?view=matrix',
  '/traffic?by=path',
  '/policies/explain?source=hq&destination=branch&destination_port=443',
];

/** Waits until nothing has moved for some frames: a colour that is inherited changes level by level. What turns for ever is left. */
const atRest = `(async () => {
  const moves = (each) => each.effect.getComputedTiming().endTime !== Infinity;
  for (let still = 0; still < 5; still = document.getAnimations().some(moves) ? 0 : still + 1) {
    await new Promise(requestAnimationFrame);
  }
})()`;

/** What opens over a page: where, by which button. */
const opened = [
  ['/sites/hq', 'Delete', 'dialog'],
  ['/sites/hq', 'Add an uplink', 'dialog'],
  ['/sites/hq', 'More for mpls', 'menu'],
  ['/people', 'Add a person', 'dialog'],
  ['/', 'Account and settings of this page', 'menu'],
] as const;

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
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    const words = await seed(controller);
    const addresses = declared.map((path) => path.replace(/\$(\w+)/, (_whole, word: string) => words[word]!));
    pages = [...addresses, ...views];
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  const open = async (path: string) => {
    await page.goto(`${controller.url}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('status').getByText('Live').waitFor();
    await page.locator('[aria-label=Loading]').first().waitFor({ state: 'detached' });
  };
  /** What is wrong with what is shown, once nothing moves any more. */
  const wrong = async (options: object) => {
    await page.evaluate(atRest);
    const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
    return violations.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ html, failureSummary: why }) => `${html}: ${why}`).join(' | ')}`,
    );
  };
  const paint = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  };
  /** In the dark only colours differ. */
  const wrongInBoth = async (what: string) => {
    await page.evaluate(axe.source);
    const light = await wrong({ runOnly: levels });
    await paint('dark');
    const dark = await wrong({ runOnly: { type: 'rule', values: ['color-contrast'] } });
    await paint('light');
    return [...light.map((text) => `${what}: ${text}`), ...dark.map((text) => `${what}, dark: ${text}`)];
  };

  it(
    'is accessible, light and dark (WCAG 2.2 AA), and fits a phone',
    async () => {
      const found: string[] = [];
      for (const path of pages) {
        await open(path);
        found.push(...(await wrongInBoth(path)));
        await page.setViewportSize({ width: 390, height: 844 });
        const fits = () => page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');
        await until('it fits', fits).catch(() => found.push(`${path}: too wide for a phone`));
        await page.setViewportSize({ width: 1440, height: 900 });
      }
      expect(found).toEqual([]);
      expect(pages.length).toBeGreaterThan(30);
    },
    readMs,
  );

  it(
    'has dialogs and menus that are accessible too',
    async () => {
      const found: string[] = [];
      for (const [path, button, role] of opened) {
        await open(path);
        await page.getByRole('button', { name: button, exact: true }).first().click();
        await page.getByRole(role).last().waitFor();
        found.push(...(await wrongInBoth(`${path}, ${button}`)));
      }
      expect(found).toEqual([]);
    },
    readMs,
  );

  it('broke no rule of its content security policy, and threw nothing', () => {
    expect(complaints).toEqual([]);
  });
});

function sourceOf(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../web/src/${file}`, import.meta.url)), 'utf8');
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
