import { EdgeNetwork } from '@patronus/edge/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, noBrowser, openBrowser } from './testing/web-page.ts';

const isSlowWelcome = process.env['PATRONUS_SLOW_TESTS'] === '1';
const why = isSlowWelcome
  ? process.getuid?.() === 0
    ? noBrowser
    : ' (skipped: needs root)'
  : ' (skipped: real edges for minutes; PATRONUS_SLOW_TESTS=1)';
const password = 'Correct-horse-9-battery';
/** Edges start in seconds; on a busy machine they do not. */
const limitMs = 300_000;

describe.skipIf(why !== '')(`the first minutes with the web page${why}`, () => {
  let network: EdgeNetwork;
  let controller: Awaited<ReturnType<typeof startControllerOf>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  const lines = (index: number) => [
    { label: 'mpls', device: 'wan0', address: `192.0.2.${index}` },
    { label: 'broadband', device: 'wan1', address: index === 1 ? `198.51.100.${index}` : '' },
  ];
  /** From the form to a running edge, as somebody does who reads the page. */
  const addSite = async (name: string, index: 1 | 2) => {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Prefixes').fill(`10.${index - 1}.0.0/24`);
    for (const [place, { label, device, address }] of lines(index).entries()) {
      if (place > 0) await page.getByRole('button', { name: 'Add an uplink' }).click();
      await page.getByLabel(`Label of uplink ${place + 1}`).fill(label);
      await page.getByLabel(`Device of uplink ${place + 1}`).fill(device);
      await page.getByLabel(`Address of uplink ${place + 1}`).fill(address);
    }
    await page.getByRole('button', { name: 'Add the site' }).click();
    await page.getByRole('button', { name: 'Show the command' }).click();
    const command = await page.getByLabel('the command to join', { exact: true }).innerText();
    await page.getByText('Waiting for the edge').waitFor();
    const edge = network.edges[index - 1]!;
    await edge.join(network.controllerUrl, command.split(' ').at(-1)!);
    await edge.start();
    await page.getByText('The edge is on the line').waitFor();
    await page.getByText('Its configuration is in force').waitFor();
  };

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = await startControllerOf(network.directory);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(120_000);
    complaints = complaintsOf(page);
  }, limitMs);
  afterAll(async () => {
    await browser?.close();
    await network?.remove();
    await controller?.stop();
  }, limitMs);

  it(
    'make the administrator, and the first site joins and turns green by itself',
    async () => {
      await page.goto(controller.setupUrl!);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByLabel('The same again').fill(password);
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.getByRole('link', { name: 'Go to the overview' }).click();
      await page.getByText('Add your first site').waitFor();
      await page.getByRole('button', { name: 'Add a site' }).click();
      await addSite('hq', 1);
      await page.getByText('it is the only site so far').waitFor();
      const uplinks = page.getByRole('table', { name: 'Uplinks' });
      await uplinks.getByRole('row', { name: /mpls up wan0/ }).waitFor();
    },
    limitMs,
  );

  it(
    'show what the second one has found: its uplinks, NAT, and paths that are measured',
    async () => {
      await page.goto(`${controller.httpUrl}/sites/new`);
      await addSite('branch', 2);
      await page.getByText('behind NAT (198.51.100.2').waitFor();
      const paths = page.getByRole('table', { name: 'Paths' });
      await paths.getByRole('row', { name: /branch → hq\s*mpls up .*ms/ }).waitFor();
      await page.getByRole('link', { name: 'Topology' }).click();
      await page.getByLabel('site branch online').waitFor();
      await page.getByLabel('branch mpls – hq mpls: up').waitFor({ state: 'attached' });
    },
    limitMs,
  );

  it(
    'let a deleted site be restored, which works again as before',
    async () => {
      await page.goto(`${controller.httpUrl}/sites/branch`);
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByText('branch was deleted.').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('heading', { name: 'branch' }).waitFor();
      await page.getByRole('row', { name: /branch → hq\s*mpls [a-z]/ }).waitFor();
      expect(complaints).toEqual([]);
    },
    limitMs,
  );
});

/** A controller whose data lie where the network of the test carries edges to. */
async function startControllerOf(dataDir: string) {
  const { loadControllerSettings, startController } = await import('@patronus/controller');
  return startController(loadControllerSettings({ env: {}, flags: { port: 0, edgePort: 0, dataDir } }));
}
