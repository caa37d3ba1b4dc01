import type { Command } from 'commander';
import type { Session } from '../api/resources.ts';
import { formatTime, unknownFigure } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

export function addSessions(program: Command, terminal: Terminal): void {
  const sessions = program
    .command('sessions')
    .description('sign-ins: your own, and as an administrator those of others');
  withExamples(sessions, ['sessions', 'sessions list --user alice', 'sessions end-all alice']);

  const list = withApiOptions(
    sessions.command('list', { isDefault: true }).description('sign-ins that can be used, the last used first'),
  ).option('--user <user>', 'those of this user; "*" for all');
  withExamples(list, ['sessions', 'sessions list --user "*"']).action((options: ApiOptions & { user?: string }) =>
    answer(
      terminal,
      options,
      (api) => api.list<Session>('/sessions', { user: options.user }),
      (rows) => (rows.length === 0 ? 'no sessions' : renderTable(columns, rows)),
    ),
  );

  const end = withApiOptions(sessions.command('end <id>').description('sign one session out, at once'));
  withExamples(end, ['sessions end 0c8cbb7e-0f3a-4d5a-9d3f-6c1f6d0a2b11']).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(`/sessions/${encodeURIComponent(id)}`),
      () => `ended ${id}`,
    ),
  );

  const endAll = withApiOptions(sessions.command('end-all <user>').description('sign a user out everywhere, at once'));
  withExamples(endAll, ['sessions end-all alice']).action((user: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<{ sessions_ended: number }>(`/users/${encodeURIComponent(user)}/sessions`),
      ({ sessions_ended: count }) => `ended ${plural(count, 'session')} of ${user}`,
    ),
  );
}

const programOf = ({ user_agent: program, machine }: Session): string =>
  `${program ?? unknownFigure}${machine === null ? '' : ` on ${machine}`}`;

const columns: readonly Column<Session>[] = [
  { title: 'ID', cell: (session) => session.id },
  { title: 'USER', cell: (session) => session.username },
  { title: 'ADDRESS', cell: (session) => session.address ?? unknownFigure },
  { title: 'PROGRAM', cell: programOf },
  { title: 'SINCE', cell: (session) => formatTime(session.created_at) },
  { title: 'LAST USED', cell: (session) => formatTime(session.last_used_at) },
  { title: '', cell: (session) => (session.current ? 'this one' : '') },
];
