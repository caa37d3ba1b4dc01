// npm run screenshots [-- NAME …]: pictures of every page of the dashboard with a real lab, into docs/dashboard.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from './lib/build.mjs';
import { dashboardPages } from './lib/dashboard-pages.mjs';
import { ensureDebianPackages, labTools } from './lib/debian-packages.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { OwnController } from './lib/own-controller.mjs';
import { inRoot } from './lib/root.mjs';
import { Failure, main } from './lib/run.mjs';
import { takePictures } from './lib/take-pictures.mjs';

const chromium = '/usr/bin/chromium';
const target = inRoot('docs/dashboard');
/** Of the lab's controller, and of one that has nothing yet. */
const [labPorts, newPorts] = [
  [18_480, 18_443],
  [18_481, 18_444],
];
/** Long enough for curves with something on them, before a line breaks and after. */
const [calmMs, brokenMs] = [45_000, 12_000];

await main(async () => {
  await ensureNpmPackages();
  await ensureDebianPackages({ ...labTools, pngquant: 'pngquant' });
  if (!existsSync(chromium)) throw new Failure(`there is no ${chromium}; "apt-get install chromium" brings it`);
  await build();
  const wanted = dashboardPages.filter(({ name }) => process.argv.length < 3 || process.argv.includes(name));
  const password = `Aa1-${randomBytes(12).toString('base64url')}`;
  const lab = new OwnController('up', labPorts, { PATRONUS_ADMIN_PASSWORD: password });
  const fresh = new OwnController('controller', newPorts);
  let traffic;
  try {
    const [, said] = await Promise.all([lab.says(/Ctrl-C takes everything down/), fresh.says(/https?:\S+#\S+/)]);
    const [person, sink] = await furnish(lab);
    traffic = lab.run('lab', 'traffic', '--for', '1h');
    traffic.stdout.resume();
    console.log('waiting for curves …');
    await delay(calmMs);
    await lab.answer('lab', 'break', 'branch', 'mpls', '--silent');
    await delay(brokenMs);
    mkdirSync(target, { recursive: true });
    const words = { path: await brokenPath(lab.url), person, sink, setup: pathOf(said) };
    await takePictures({ pages: wanted, words, target, url: lab.url, newUrl: fresh.url, password });
  } finally {
    traffic?.kill('SIGINT');
    await Promise.all([lab.stop(), fresh.stop()]);
  }
});

/** What pages of people, keys, host sets and sinks show. Gives the ids of a person and of a sink, for their own pages. */
async function furnish(lab) {
  const made = async (...args) => JSON.parse(await lab.answer(...args, '--json'));
  const { user } = await made('users', 'create', 'vera', '--name', 'Vera Lind', '--role', 'operator');
  await made('users', 'create', 'otto', '--name', 'Otto Berg', '--role', 'viewer');
  await made('api-keys', 'create', 'dashboard', '--scopes', 'network:read', '--user', 'admin');
  await made('enrolment-keys', 'create', 'branch');
  await made('host-sets', 'create', 'printers', '--member', '10.1.0.32/28', '--member', '10.2.0.9');
  const { id } = await made(
    'sinks',
    'create',
    'pager',
    '--webhook',
    `${lab.url}/nobody-listens`,
    '--severity',
    'error',
  );
  return [user.id, id];
}

/** The address of a one-time link, without its host. */
function pathOf(link) {
  return link.slice(new URL(link).origin.length);
}

async function brokenPath(url) {
  const { items } = await (await fetch(`${url}/api/v1/paths?source_site=branch&dest_site=hq`)).json();
  return items.find((path) => path.source_label === 'mpls').id;
}
