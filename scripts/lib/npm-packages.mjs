import { readFileSync } from 'node:fs';
import { inRoot, machineEnvironment } from './root.mjs';
import { step } from './run.mjs';

/** A machine without the network should hear so in seconds; npm's own waits add up to a minute. */
const impatient = ['--fetch-timeout=60000', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000'];

/** Installs the packages of the lock file when `node_modules` does not hold them. */
export async function ensureNpmPackages() {
  if (packagesAreInstalled()) return;
  await step('Installing npm packages', 'npm', ['ci', '--prefer-offline', ...impatient], {
    env: machineEnvironment(),
    remedy:
      'Patronus needs its npm packages once. Check the network, or name a registry that this machine reaches with' +
      ' "npm config set registry URL"; then try again.',
  });
}

/** npm notes in `node_modules/.package-lock.json` what it put there; optional packages are for some machines only. */
function packagesAreInstalled() {
  const wanted = packagesIn(inRoot('package-lock.json'));
  const installed = packagesIn(inRoot('node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
    if (!path.includes('node_modules/')) return true;
    const found = installed[path];
    return found === undefined ? optional || devOptional : link || found.version === version;
  });
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}
