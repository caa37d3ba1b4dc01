import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One hash of the names and contents of files. */
export function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
