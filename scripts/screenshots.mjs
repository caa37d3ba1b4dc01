// npm run screenshots [-- NAME …]: pictures of every page of the dashboard with a real lab, into docs/dashboard.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from './lib/build.mjs';
import { dashboardPages } from './lib/dashboard-pages.mjs';
import { ensureDebianPackages, labTools } from './lib/debian-packages.mjs';
import { nodeProgram } from './lib/node.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { inRoot, root, toolEnvironment } from './lib/root.mjs';
import { Failure, main } from './lib/run.mjs';

const chromium = '/usr/bin/chromium';
const target = inRoot('docs/dashboard');
const [port, edgePort] = [18_480, 18_443];
const url = `http://localhost:${port}`;
/** Long enough for curves with something on them, before a line breaks and after. */
const [calmMs, brokenMs] = [45_000, 12_000];

await main(async () => {
  await ensureNpmPackages();
  await ensureDebianPackages(labTools);
  if (!existsSync(chromium)) throw new Failure(`there is no ${chromium}; "apt-get install chromium" brings it`);
  await build();
  const wanted = dashboardPages.filter(({ name }) => process.argv.length < 3 || process.argv.includes(name));
  const data = mkdtempSync(join(tmpdir(), 'shots-'));
  const password = `Aa1-${randomBytes(12).toString('base64url')}`;
  const env = { ...toolEnvironment(), PATRONUS_ADMIN_PASSWORD: password };
  const patronus = (...args) =>
    spawn(nodeProgram(), [inRoot('apps/cli/bin/patronus.mjs'), ...args, '--data', data], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const ended = (child) => new Promise((resolve) => child.on('close', resolve));
  const up = patronus('up', '--port', String(port), '--edge-port', String(edgePort));
  const gone = ended(up);
  try {
    await saying(up, 'Ctrl-C takes everything down');
    patronus('lab', 'traffic', '--for', '300s').stdout.resume();
    console.log('waiting for curves …');
    await delay(calmMs);
    await ended(patronus('lab', 'break', 'branch', 'mpls', '--silent'));
    await delay(brokenMs);
    mkdirSync(target, { recursive: true });
    await takeAll(wanted, password);
  } finally {
    up.kill('SIGINT');
    await gone;
    rmSync(data, { recursive: true, force: true });
  }
});

/** Waits until a program has said something; fails when it ends first. */
function saying(child, text) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes(text)) resolve();
    });
    child.on('close', () => reject(new Failure(`the lab did not come up:\n${said}`)));
  });
}

async function takeAll(pages, password) {
  const { chromium: browserType } = await import('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'];
  const browser = await browserType.launch({ executablePath: chromium, args });
  try {
    const path = await brokenPath();
    for (const width of [1440, 390]) {
      for (const colorScheme of ['light', 'dark']) {
        const context = await browser.newContext({
          viewport: { width, height: 900 },
          colorScheme,
          reducedMotion: 'reduce',
        });
        const page = await context.newPage();
        await signIn(page, password);
        for (const each of pages) {
          const file = join(target, `${each.name}-${width}-${colorScheme}.png`);
          await take(page, { ...each, path: each.path.replace('$path', path) }, { width, file });
          console.log(file.slice(root.length + 1));
        }
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
}

async function signIn(page, password) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('status').getByText('Live').waitFor();
}

/** The page as high as its content, so that the menu reaches down its whole side. */
async function take(page, { path, first }, { width, file }) {
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${url}${path}`);
  await page.getByRole('status').getByText('Live').waitFor();
  await delay(1000);
  await first?.(page);
  const height = await page.evaluate('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.max(900, Math.min(height, 4000)) });
  await delay(500);
  await page.screenshot({ path: file });
}

async function brokenPath() {
  const { items } = await (await fetch(`${url}/api/v1/paths?source_site=branch&dest_site=hq`)).json();
  return items.find((path) => path.source_label === 'mpls').id;
}
