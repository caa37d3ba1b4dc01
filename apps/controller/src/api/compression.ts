import { constants } from 'node:zlib';

/** Higher levels of brotli take tens of milliseconds for some percent. */
const brotliLevel = 4;

/** How answers travel compressed, where it is asked for and they are long enough to gain from it. */
export const compression = {
  threshold: 1_024,
  encodings: ['br', 'gzip'] as ('br' | 'gzip')[],
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliLevel } },
};
