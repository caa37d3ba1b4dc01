import type { Command } from 'commander';
import type { CacheFigures } from '../api/resources.ts';
import { formatCount, formatPercent } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

export function addCaches(program: Command, terminal: Terminal): void {
  const caches = program.command('caches').description('answers that the controller keeps for a while');
  withExamples(caches, ['caches', 'caches clear']);
  const list = withApiOptions(
    caches.command('list', { isDefault: true }).description('how they did since the controller started'),
  );
  withExamples(list, ['caches', 'caches --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<CacheFigures>('/caches'),
      (rows) => renderTable(columns, rows),
    ),
  );
  const clear = withApiOptions(caches.command('clear').description('empty them all; needs an administrator'));
  withExamples(clear, ['caches clear']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<{ message: string }>('/caches/clear'),
      ({ message }) => message,
    ),
  );
}

const columns: readonly Column<CacheFigures>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'ENTRIES', align: 'right', cell: ({ entries }) => formatCount(entries) },
  { title: 'HITS', align: 'right', cell: ({ hits }) => formatCount(hits) },
  { title: 'MISSES', align: 'right', cell: ({ misses }) => formatCount(misses) },
  { title: 'HIT RATE', align: 'right', cell: ({ hits, misses }) => formatPercent((100 * hits) / (hits + misses)) },
];
