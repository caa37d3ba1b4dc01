import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, withProgress } from './run.mjs';

/** What the lab and edges call, and the Debian package that holds it. */
export const labTools = {
  ip: 'iproute2',
  nft: 'nftables',
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  wirefilter: 'vde2',
  iperf3: 'iperf3',
  ping: 'iputils-ping',
  conntrack: 'conntrack',
  modprobe: 'kmod',
  clang: 'clang libbpf-dev linux-libc-dev',
};

/** What tests call beyond that. */
export const testTools = { ...labTools, chromium: 'chromium', initdb: 'postgresql' };

/**
 * Installs what is missing when run as root; otherwise says which one command would. Never fails: whatever needs a missing
 * tool says so itself.
 *
 * @param {Record<string, string>} tools package by command
 */
export async function ensureDebianPackages(tools) {
  const missing = Object.entries(tools).filter(([command]) => !isInstalled(command));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name).join(' ');
  const install = 'apt-get install -y --no-install-recommends';
  if (!isInstalled('apt-get')) {
    console.error(`Missing: ${missing.map(([command]) => command).join(', ')}. Debian has them in: ${packages}.`);
  } else if (process.getuid() !== 0) {
    console.error(`Missing for the lab: ${packages}. Install with: sudo apt-get update && sudo ${install} ${packages}`);
  } else {
    console.error(`Installing Debian packages, as root: ${packages}`);
    await installAsRoot(packages);
    const still = missing.filter(([command]) => !isInstalled(command)).map(([, name]) => name);
    if (still.length > 0) console.error(`Could not be installed: ${still.join(', ')}. Going on without.`);
  }
}

/** All at once, and one by one if that fails, since one package that a release lacks makes apt refuse them all. */
async function installAsRoot(packages) {
  const apt = 'apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20';
  const install = `${apt} install -y --no-install-recommends`;
  const script = `${apt} update; ${install} ${packages} || for package in ${packages}; do ${install} $package; done`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await withProgress('Installing Debian packages', () =>
    run('sh', ['-c', script], { quiet: true, env, limitMs: 600_000 }),
  );
  if (code !== 0) console.error(output.trim().split('\n').slice(-3).join('\n'));
}

/** Administrative tools are often outside an ordinary user's PATH, and Debian's PostgreSQL is outside everybody's. */
export function isInstalled(command) {
  const folders = [...process.env.PATH.split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', ...postgresFolders()];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** One for each version that is installed. */
function postgresFolders() {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}
