import { existsSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { Failure } from './run.mjs';

/** The Node major version that everything but these scripts needs. */
const neededMajor = 24;

/** The Node to run programs with: the lock file's, or the machine's if it is new enough. */
export function nodeProgram() {
  const own = inRoot('node_modules/.bin/node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath;
  throw new Failure(
    `Patronus needs Node ${neededMajor} or newer; this is ${process.version}, and npm has no Node package for` +
      ` ${process.platform} ${process.arch}. Install Node ${neededMajor} from https://nodejs.org, then try again.`,
  );
}
