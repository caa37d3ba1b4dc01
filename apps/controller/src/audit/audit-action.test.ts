import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { auditActions } from './audit-action.ts';

test('docs/audit.md lists the actions that the program writes, in its order and its words', () => {
  const page = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `([a-z_]+)` +\| (.+?) +\|$/gm)].map(([, action, about]) => [action, about]);
  expect(told).toEqual(Object.entries(auditActions));
});
