import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildEbpf } from './build-ebpf.mjs';
import { hashOf } from './hash-files.mjs';
import { nodeProgram } from './node.mjs';
import { inRoot } from './root.mjs';
import { step } from './run.mjs';
import { printWebApi } from './web-api.mjs';

const web = inRoot('apps/web');
/** Which sources the built page was made from. */
const webStamp = join(web, 'dist/.sources');

/** Builds programs, those for the kernel, and the page; what has not changed is not built again. */
export async function build() {
  await step('Building the programs', nodeProgram(), [inRoot('node_modules/typescript/bin/tsc'), '--build']);
  await printWebApi();
  await buildEbpf();
  await buildWeb();
}

/** The page is built by Vite, which cannot tell that nothing changed: a hash of its sources can. */
async function buildWeb() {
  if (!existsSync(join(web, 'src'))) return;
  const sources = hashOf([inRoot('package-lock.json'), ...sourcesOf(web)]);
  if (existsSync(webStamp) && readFileSync(webStamp, 'utf8') === sources) return;
  await step('Building the page', 'npm', ['run', 'build', '--workspace', '@patronus/web']);
  writeFileSync(webStamp, sources);
}

const sourcesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['dist', 'node_modules'].includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sourcesOf(path) : [path];
    })
    .sort();
