import type { Application } from '@patronus/core';
import { access } from './access.ts';
import { business } from './business.ts';
import { cloud } from './cloud.ts';
import { collaboration } from './collaboration.ts';
import { infrastructure } from './infrastructure.ts';

/** Applications that every installation knows, by name. */
export const catalogue: readonly Application[] = [
  ...access,
  ...business,
  ...cloud,
  ...collaboration,
  ...infrastructure,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
