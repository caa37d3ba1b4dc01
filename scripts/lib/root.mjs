import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export const inRoot = (...parts) => join(root, ...parts);

const binaries = inRoot('node_modules/.bin');

/** Environment for tools of the clone: its own Node and tools come first. */
export const toolEnvironment = () => ({ ...process.env, PATH: `${binaries}:${process.env.PATH}` });

/** Environment for tools of the machine, such as npm, which must not run on a Node that it is about to replace. */
export const machineEnvironment = () => ({
  ...process.env,
  PATH: process.env.PATH.split(':')
    .filter((folder) => !folder.endsWith('node_modules/.bin'))
    .join(':'),
});
