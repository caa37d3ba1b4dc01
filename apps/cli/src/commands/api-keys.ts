import { InvalidArgumentError, type Command } from 'commander';
import type { ApiKey, Deletion } from '../api/resources.ts';
import { formatTime, unknownFigure } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { given } from './body-file.ts';

interface KeyOptions extends ApiOptions {
  readonly scopes?: readonly string[];
  readonly expires?: number;
  readonly name?: string;
  readonly user?: string;
}

const exampleId = '0c8cbb7e-0f3a-4d5a-9d3f-6c1f6d0a2b11';

export function addApiKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('api-keys').description('keys by which programs act for a user');
  withExamples(keys, ['api-keys', 'api-keys create backup --scopes network:read,audit:read --expires 30d']);
  addList(keys, terminal);
  addCreate(keys, terminal);
  addUpdate(keys, terminal);
  addDeletion(keys, terminal);
}

function addList(keys: Command, terminal: Terminal): void {
  const list = withApiOptions(keys.command('list', { isDefault: true }).description('keys, without their secret'))
    .option('--user <user>', 'those of this user; "*" for all')
    .option('--deleted', 'those that were deleted and can be restored');
  withExamples(list, ['api-keys', 'api-keys list --user "*"']).action(
    ({ user, deleted, ...options }: KeyOptions & { deleted?: boolean }) =>
      answer(
        terminal,
        options,
        (api) => api.list<ApiKey>('/api-keys', { user, deleted }),
        (rows) => (rows.length === 0 ? 'no API keys' : renderTable(columns, rows)),
      ),
  );
}

function addCreate(keys: Command, terminal: Terminal): void {
  const create = withApiOptions(keys.command('create <name>').description('make a key; its secret is shown once'))
    .requiredOption('--scopes <scopes>', 'what it may do, such as network:read,audit:read', parseScopes)
    .option('--expires <duration>', 'how long it holds, such as 30d (90d)', parseDuration)
    .option('--user <user>', 'whom it acts for, where that is not you');
  withExamples(create, [
    'api-keys create dashboard --scopes network:read',
    'api-keys create deploy --scopes network:read,network:write --user ci --expires 365d',
  ]).action((name: string, { scopes, expires, user, ...options }: KeyOptions) => {
    const body = given({ name, scopes, user, expires_in_seconds: secondsOf(expires) });
    return answer(terminal, options, (api) => api.post<ApiKey>('/api-keys', body), shownOnce);
  });
}

function addUpdate(keys: Command, terminal: Terminal): void {
  const update = withApiOptions(
    keys.command('update <id>').description('other scopes, name or expiry; the same secret'),
  )
    .option('--scopes <scopes>', 'what it may do', parseScopes)
    .option('--name <name>', 'what it is for')
    .option('--expires <duration>', 'how long it holds from now on', parseDuration);
  withExamples(update, [`api-keys update ${exampleId} --expires 90d`]).action(
    (id: string, { scopes, name, expires, ...options }: KeyOptions) => {
      const body = given({ name, scopes, expires_in_seconds: secondsOf(expires) });
      return answer(
        terminal,
        options,
        (api) => api.patch<ApiKey>(pathOf(id), body),
        (key) => `updated ${key.name}`,
      );
    },
  );
}

function addDeletion(keys: Command, terminal: Terminal): void {
  const remove = withApiOptions(keys.command('delete <id>').description('let it work no more, at once')).option(
    '--purge',
    'for good; also one that is deleted already',
  );
  withExamples(remove, [`api-keys delete ${exampleId}`]).action(
    (id: string, { purge, ...options }: ApiOptions & { purge?: boolean }) =>
      answer(
        terminal,
        options,
        (api) => api.delete<Deletion>(pathOf(id), { purge }),
        ({ message }) => message,
      ),
  );
  const restore = withApiOptions(keys.command('restore <id>').description('let a deleted key work again'));
  withExamples(restore, [`api-keys restore ${exampleId}`]).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<ApiKey>(`${pathOf(id)}/restore`),
      ({ name }) => `restored ${name}`,
    ),
  );
}

const pathOf = (id: string): string => `/api-keys/${encodeURIComponent(id)}`;

const secondsOf = (durationMs: number | undefined): number | undefined =>
  durationMs === undefined ? undefined : Math.round(durationMs / 1000);

function parseScopes(text: string): readonly string[] {
  const scopes = text.split(',').map((each) => each.trim());
  if (scopes.every((each) => /^[a-z]+:[a-z]+$/.test(each))) return scopes;
  throw new InvalidArgumentError('Write scopes such as network:read,audit:read.');
}

const columns: readonly Column<ApiKey>[] = [
  { title: 'ID', cell: (key) => key.id },
  { title: 'NAME', cell: (key) => key.name },
  { title: 'USER', cell: (key) => key.username },
  { title: 'SCOPES', cell: (key) => key.scopes.join(' ') },
  { title: 'EXPIRES', cell: (key) => formatTime(key.expires_at) },
  { title: 'LAST USED', cell: (key) => formatTime(key.last_used_at) },
  { title: 'FROM', cell: (key) => key.last_address ?? unknownFigure },
];

const shownOnce = (key: ApiKey): string =>
  `key ${key.name} of ${key.username} (${key.role}), valid until ${formatTime(key.expires_at)}; it is shown only now:\n\n  ${key.key}`;
