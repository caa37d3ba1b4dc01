import { InvalidArgumentError, type Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Deletion, PasswordLink, User } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { given } from './body-file.ts';
import { readPassword, type PasswordOptions } from './read-password.ts';

interface WriteOptions extends ApiOptions, PasswordOptions {
  readonly role?: string;
  readonly name?: string;
  readonly disable?: boolean;
  readonly enable?: boolean;
}

export function addUsers(program: Command, terminal: Terminal): void {
  const users = program.command('users').description('who may sign in, and as what');
  withExamples(users, ['users', 'users create alice --role operator', 'users update alice --disable']);
  addReading(users, terminal);
  addWriting(users, terminal);
  addPasswords(users, terminal);
  addTotpReset(users, terminal);
  addDeletion(users, terminal);
}

function addReading(users: Command, terminal: Terminal): void {
  const list = withApiOptions(users.command('list', { isDefault: true }).description('all users')).option(
    '--deleted',
    'those that were deleted and can be restored',
  );
  withExamples(list, ['users', 'users list --deleted']).action((options: ApiOptions & { deleted?: boolean }) =>
    answer(
      terminal,
      options,
      (api) => api.list<User>('/users', { deleted: options.deleted }),
      (rows) => (rows.length === 0 ? 'no users' : renderTable(columns, rows)),
    ),
  );
  const show = withApiOptions(users.command('show <user>').description('one user'));
  withExamples(show, ['users show alice']).action((user: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<User>(pathOf(user)), describe),
  );
}

const withFields = (command: Command): Command =>
  command
    .option('--role <role>', 'viewer, operator or admin', parseRole)
    .option('--name <name>', 'what people call them');

function addWriting(users: Command, terminal: Terminal): void {
  const create = withFields(
    withApiOptions(users.command('create <username>').description('a new user, who chooses a password by a link')),
  ).option('--password-stdin', 'read their password from standard input instead');
  withExamples(create, ['users create alice --role operator --name "Alice Gruber"']).action(
    (username: string, { role = 'viewer', name, ...options }: WriteOptions) =>
      answer(terminal, options, (api) => createUser(api, terminal, { username, role, name }, options), created),
  );
  const update = withFields(
    withApiOptions(users.command('update <user>').description('another role or name; disable or enable them')),
  )
    .option('--disable', 'sign them out, and let them sign in no more')
    .option('--enable', 'let them sign in again');
  withExamples(update, ['users update alice --role admin', 'users update alice --disable']).action(
    (user: string, { role, name, disable, enable, ...options }: WriteOptions) => {
      const enabled = disable === true ? false : enable;
      const body = given({ role, name, enabled });
      return answer(
        terminal,
        options,
        (api) => api.patch<User>(pathOf(user), body),
        ({ username }) => `updated ${username}`,
      );
    },
  );
}

interface Created {
  readonly user: User;
  readonly link: PasswordLink | null;
}

async function createUser(
  api: ApiClient,
  terminal: Terminal,
  fields: { readonly username: string; readonly role: string; readonly name: string | undefined },
  options: PasswordOptions,
): Promise<Created> {
  const password = options.passwordStdin === true ? await readPassword(terminal, options, '') : undefined;
  const user = await api.post<User>('/users', given({ ...fields, password }));
  return { user, link: password === undefined ? await makeLink(api, user.username) : null };
}

const makeLink = async (api: ApiClient, user: string): Promise<PasswordLink> => {
  const link = await api.post<Omit<PasswordLink, 'url'> & { readonly path: string }>(`${pathOf(user)}/password-link`);
  return { username: link.username, url: new URL(link.path, api.url).href, expires_at: link.expires_at };
};

const created = ({ user, link }: Created): string => {
  const told = `created ${user.username} as ${user.role}`;
  return link === null ? told : `${told}\n${linkText(link)}`;
};

const linkText = ({ username, url, expires_at }: PasswordLink): string =>
  `${username} chooses a password at this link, once, until ${formatTime(expires_at)}; it is shown only now:\n\n  ${url}`;

function addPasswords(users: Command, terminal: Terminal): void {
  const link = withApiOptions(
    users.command('link <user>').description('a link by which a user chooses a password, once'),
  );
  withExamples(link, ['users link alice']).action((user: string, options: ApiOptions) =>
    answer(terminal, options, (api) => makeLink(api, user), linkText),
  );
  const password = withApiOptions(
    users.command('password <user>').description('set the password of somebody else, and sign them out'),
  ).option('--password-stdin', 'read the password from standard input');
  withExamples(password, ['users password alice', 'users password alice --password-stdin < password.txt']).action(
    async (user: string, options: ApiOptions & PasswordOptions) => {
      const chosen = await readPassword(terminal, options, `new password of ${user}: `);
      const set = (api: ApiClient) => api.put<unknown>(`${pathOf(user)}/password`, { password: chosen });
      await answer(terminal, options, set, () => `${user} has a new password, and was signed out`);
    },
  );
}

function addTotpReset(users: Command, terminal: Terminal): void {
  const reset = withApiOptions(
    users.command('reset-totp <user>').description('ask for no code, for who has lost app and recovery codes'),
  );
  withExamples(reset, ['users reset-totp alice']).action((user: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(`${pathOf(user)}/totp`),
      () => `${user} is asked for no code any more`,
    ),
  );
}

function addDeletion(users: Command, terminal: Terminal): void {
  const remove = withApiOptions(
    users.command('delete <user>').description('delete a user; 30 days to restore them'),
  ).option('--purge', 'for good, at once; also a user who is deleted already');
  withExamples(remove, ['users delete alice', 'users delete alice --purge']).action(
    (user: string, { purge, ...options }: ApiOptions & { purge?: boolean }) =>
      answer(
        terminal,
        options,
        (api) => api.delete<Deletion>(pathOf(user), { purge }),
        ({ message }) => message,
      ),
  );
  const erase = withApiOptions(
    users
      .command('erase <user>')
      .description('remove a user for good, and all that tells of them, in events and in the audit log too'),
  );
  withExamples(erase, ['users erase alice']).action((user: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<{ readonly message: string }>(`${pathOf(user)}/erasure`),
      ({ message }) => message,
    ),
  );
  const restore = withApiOptions(users.command('restore <user>').description('put a deleted user back'));
  withExamples(restore, ['users restore alice']).action((user: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<User>(`${pathOf(user)}/restore`),
      ({ username }) => `restored ${username}`,
    ),
  );
}

const pathOf = (user: string): string => `/users/${encodeURIComponent(user)}`;

function parseRole(text: string): string {
  if (['viewer', 'operator', 'admin'].includes(text)) return text;
  throw new InvalidArgumentError('Write one of viewer, operator, admin.');
}

export const stateOf = (user: User): string => {
  if (user.deleted_at !== null) return `deleted until ${formatTime(user.purge_at)}`;
  if (!user.enabled) return 'disabled';
  return user.locked_until === null ? 'enabled' : `locked until ${formatTime(user.locked_until)}`;
};

const columns: readonly Column<User>[] = [
  { title: 'USER', cell: (user) => user.username },
  { title: 'ROLE', cell: (user) => user.role },
  { title: 'STATE', cell: stateOf },
  { title: 'CODE', cell: (user) => (user.totp ? 'asked for' : '') },
  { title: 'LAST SIGN-IN', cell: (user) => formatTime(user.last_sign_in_at) },
  { title: 'NAME', cell: (user) => user.name },
];

export const describe = (user: User): string =>
  renderFacts([
    ['user', user.username],
    ['id', user.id],
    ['name', user.name],
    ['role', user.role],
    ['state', stateOf(user)],
    ['code', user.totp ? 'asked for' : 'not asked for'],
    ['last sign-in', formatTime(user.last_sign_in_at)],
  ]);
