import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tabTo } from './testing/keyboard.ts';
import { noBrowser, openBrowser } from './testing/web-page.ts';

const isSlowWelcome = process.env['PATRONUS_SLOW_TESTS'] === '1';
const why = isSlowWelcome ? noBrowser : ' (skipped: a lab for minutes; PATRONUS_SLOW_TESTS=1)';

const password = 'Correct-horse-9-battery';
const labMs = 300_000;
/** A break is on every page by then; how long a page may take that never shows it. */
const [shownMs, giveUpMs] = [2000, 20_000];
/** Traffic flows for longer than what looks at it takes. */
const trafficSeconds = 90;

describe.skipIf(why !== '')(`the web page beside a lab with traffic${why}`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ptweb-'));
  const stop = new AbortController();
  let browser: Browser;
  let page: Page;
  let url: string;

  const row = (policy: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('link', { name: policy, exact: true }) });

  beforeAll(async () => {
    vi.stubEnv('PATRONUS_ADMIN_PASSWORD', password);
    const { labTraffic, labUp, readControllerFile } = await import('@patronus/lab');
    await labUp({ dataDir, port: 0, edgePort: 0 });
    url = readControllerFile(dataDir)!.http_url;
    void labTraffic({ dataDir, seconds: trafficSeconds, signal: stop.signal });
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    context.setDefaultTimeout(120_000);
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }, labMs);
  afterAll(async () => {
    stop.abort();
    await browser?.close();
    const { labDown } = await import('@patronus/lab');
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true, force: true });
    vi.unstubAllEnvs();
  }, labMs);

  it('counts traffic under a policy seconds after it was written, previewed and saved', async () => {
    await page.goto(`${url}/policies/new`);
    await page.getByLabel('Name', { exact: true }).fill('files');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('menuitem', { name: 'To ports' }).click();
    await page.getByRole('combobox', { name: 'To ports' }).fill('5201');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Prefer' }).fill('broadband');
    await page.keyboard.press('Enter');
    await page
      .getByText(/concerns traffic from or to branch, cloud, hq|branch.*hq/)
      .first()
      .waitFor();
    await page.getByText(/"bulk" never matches/).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('files is saved.').waitFor();
    await page.goto(`${url}/policies`);
    await row('files')
      .getByText(/[1-9][\d.]* Mbit\/s/)
      .waitFor();
    await row('files')
      .getByText(/^broadband/)
      .waitFor();
  });

  it('shows within two seconds of a silent break which path a policy uses instead', async () => {
    const { labBreak, labHeal } = await import('@patronus/lab');
    await row('voice').getByText('mpls', { exact: true }).waitFor();
    await labBreak({ dataDir, site: 'branch', endpoint: 'mpls', silent: true });
    await row('voice')
      .getByText(/^broadband/)
      .waitFor({ timeout: 2000 });
    await labHeal({ dataDir });
  });

  it('shows a break made in the lab panel within two seconds on topology, matrix, curve, among events, and at a policy', async () => {
    const paths = await page.context().request.get(`${url}/api/v1/paths?source_site=branch&dest_site=hq`);
    const { items } = (await paths.json()) as { items: { id: string; source_label: string }[] };
    const broken = items.find(({ source_label: label }) => label === 'mpls')!.id;
    const open = async (path: string) => {
      const opened = await page.context().newPage();
      await opened.goto(`${url}${path}`);
      await opened.getByRole('status').getByText('Live').waitFor();
      return opened;
    };
    const [topology, matrix, curve, events, policy, lab] = await Promise.all([
      open('/topology'),
      open('/paths?view=matrix'),
      open(`/paths/${broken}?from=-5m`),
      open('/events'),
      open('/policies'),
      open('/lab'),
    ]);
    const voice = policy
      .getByRole('listitem')
      .filter({ has: policy.getByRole('link', { name: 'voice', exact: true }) });
    await voice.getByText('mpls', { exact: true }).waitFor();
    const line = lab.getByRole('listitem').filter({ hasText: 'branch mpls' });
    await tabTo(lab, line.getByRole('button', { name: 'Silence' }));
    await lab.keyboard.press('Enter');
    const brokenAt = performance.now();
    const shown = {
      topology: topology.getByLabel('branch mpls – hq mpls: down'),
      matrix: matrix.getByLabel(/^branch → hq: .*2 of 3 paths up/),
      curve: curve.locator('main dl [data-health=down]').first(),
      events: events.getByText(/Path mpls → mpls to hq is down/).first(),
      policy: voice.getByText(/^broadband/),
    };
    const took = await Promise.all(
      Object.entries(shown).map(async ([where, what]) => {
        await what.waitFor({ timeout: giveUpMs });
        return [where, Math.round(performance.now() - brokenAt)] as const;
      }),
    );
    expect(took.filter(([, ms]) => ms > shownMs)).toEqual([]);
    await lab.getByRole('button', { name: 'Mend every line' }).click();
    for (const opened of [topology, matrix, curve, events, policy, lab]) await opened.close();
  });

  it('explains the flow that flows, and draws its traffic', async () => {
    await page.goto(`${url}/policies/explain?source=branch&destination=hq&destination_port=5201`);
    await page.getByRole('heading', { name: /goes over broadband.*, by files/ }).waitFor();
    await page.goto(`${url}/traffic?from=-5m`);
    await page.getByRole('row', { name: /^files/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('menuitem', { name: 'CSV' }).click();
      })(),
    ]);
    expect(download.suggestedFilename()).toBe('traffic-by-policy-bytes_matched.csv');
  });
});
