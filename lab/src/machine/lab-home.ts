import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '@patronus/core';

/** The places of one lab on disk, and its id: both follow from the data directory, so that nothing can be lost. */
export interface LabHome {
  readonly id: string;
  readonly dataDir: string;
  readonly dir: string;
  readonly logDir: string;
  readonly stateFile: string;
  /** Control socket of the emulator of lines. */
  readonly wanSocket: string;
  /** By which a controller works on the lab. */
  readonly controlSocket: string;
  readonly edgeStateDir: (site: string) => string;
  /** What the edge of a site sees as `/run`. */
  readonly edgeRunDir: (site: string) => string;
}

/** The kernel's limit for the path of a Unix socket is 107 octets; an edge's is the longest below the data directory. */
const maxDataDirLength = 60;

/** Makes the lab's folder below the data directory where it is missing. */
export function labHome(dataDir: string): LabHome {
  mkdirSync(join(dataDir, 'lab'), { recursive: true });
  const real = realpathSync(dataDir);
  if (real.length > maxDataDirLength) {
    throw new InvalidInputError([
      {
        field: 'data',
        problem: `the path ${real} is too long for the sockets in it`,
        remedy: `choose a data directory of at most ${maxDataDirLength} letters, such as /tmp/patronus`,
      },
    ]);
  }
  const dir = join(real, 'lab');
  return {
    id: createHash('sha256').update(real).digest('hex').slice(0, 6),
    dataDir: real,
    dir,
    logDir: join(dir, 'logs'),
    stateFile: join(dir, 'state.json'),
    wanSocket: join(dir, 'wan.sock'),
    controlSocket: join(dir, 'control.sock'),
    edgeStateDir: (site) => join(dir, 'edges', site),
    edgeRunDir: (site) => join(dir, 'run', site),
  };
}
