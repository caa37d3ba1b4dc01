import { InvalidInputError, PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import type { ApiClient } from '../api/api-client.ts';
import type { Applied, Manifest } from '../api/resources.ts';
import { atTheirPlaces, readManifests } from '../manifest-files.ts';
import type { Paint, Style, Terminal } from '../terminal.ts';
import { warningLines } from './policy-warnings.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface ApplyOptions extends ApiOptions {
  readonly file?: readonly string[];
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

export function addApply(program: Command, terminal: Terminal): void {
  const apply = withApiOptions(
    program
      .command('apply')
      .description('make sites, policies, users and all else of the network what YAML documents say'),
  )
    .option(
      '-f, --file <file>',
      'a file, a directory of files, or "-" for standard input; repeat for more',
      (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
    )
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--prune', 'delete what is of the kinds in the documents and in none of them; it can be restored');
  withExamples(apply, ['apply -f network.yaml --dry-run', 'apply -f network/', 'export | patronus apply -f -']).action(
    async (options: ApplyOptions) => {
      const { file: files, dryRun = false, prune = false } = options;
      if (files === undefined) throw new PatronusError('invalid_input', 'name what to apply with -f');
      const documents = await readManifests(terminal, files);
      const body = { documents: documents.map(({ value }) => value), dry_run: dryRun, prune };
      const ask = async (api: ApiClient): Promise<Applied> => {
        try {
          return await api.post<Applied>('/apply', body);
        } catch (thrown) {
          throw thrown instanceof InvalidInputError ? atTheirPlaces(thrown, documents) : thrown;
        }
      };
      await answer(terminal, options, ask, dryRun ? printDiff : printOutcomes);
    },
  );
}

export function addExport(program: Command, terminal: Terminal): void {
  const command = withApiOptions(
    program
      .command('export')
      .description('the network, and users for administrators, as YAML documents that "apply" takes'),
  );
  command.option(
    '--kind <kind>',
    'only documents of this kind; repeat for more',
    (kind: string, before: readonly string[] | undefined) => [...(before ?? []), kind],
  );
  const examples = ['export > network.yaml', 'export --kind User > users.yaml', 'export --json'];
  withExamples(command, examples).action(({ kind: kinds, ...options }: ApiOptions & { kind?: readonly string[] }) =>
    answer(
      terminal,
      options,
      async (api) => {
        const { documents } = await api.get<{ documents: Manifest[] }>('/export');
        return documents.filter(({ kind }) => kinds?.includes(kind) ?? true);
      },
      (documents) => documents.map(yamlOf).join('---\n').trimEnd(),
    ),
  );
}

const yamlOf = (document: Manifest | null): string => (document === null ? '' : stringify(document, { lineWidth: 0 }));

const styles: Record<Applied['objects'][number]['outcome'], Style> = {
  created: 'green',
  updated: 'yellow',
  unchanged: 'dim',
  deleted: 'red',
};

const nameOf = ({ kind, name }: { kind: string; name: string }): string => `${kind} ${name}`;

function printOutcomes({ objects, warnings }: Applied, paint: Paint): string {
  const newUsers = objects.filter(({ kind, outcome }) => kind === 'User' && outcome === 'created');
  return [
    ...objects.map((object) => `${nameOf(object)} ${paint(styles[object.outcome], object.outcome)}`),
    ...warningLines(warnings, paint),
    ...newUsers.map(({ name }) => `${name} signs in once they have a password: patronus users link ${name}`),
  ].join('\n');
}

/** Unified, one file for each object that would change, and a line that sums it up. */
function printDiff({ objects, warnings }: Applied, paint: Paint): string {
  const parts = objects
    .filter(({ outcome }) => outcome !== 'unchanged')
    .map((object) => {
      const [before, after] = [object.before, object.after].map(yamlOf);
      const [from, to] = [object.before, object.after].map((each) => (each === null ? '/dev/null' : nameOf(object)));
      const patch = createTwoFilesPatch(from!, to!, before!, after!, '', '', { context: 3 });
      const lines = patch.trimEnd().split('\n');
      const start = lines.findIndex((line) => line.startsWith('--- '));
      return lines
        .slice(start)
        .map((line) => painted(line, paint))
        .join('\n');
    });
  const count = (outcome: string): number => objects.filter((each) => each.outcome === outcome).length;
  const sums = [
    `create ${plural(count('created'), 'object')}`,
    `change ${count('updated')}`,
    `delete ${count('deleted')}`,
    `leave ${count('unchanged')} as they are`,
  ];
  return [...parts, ...warningLines(warnings, paint), `dry run: would ${sums.join(', ')}`].join('\n');
}

function painted(line: string, paint: Paint): string {
  if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', line.trimEnd());
  if (line.startsWith('+')) return paint('green', line);
  if (line.startsWith('-')) return paint('red', line);
  return line.startsWith('@@') ? paint('dim', line) : line;
}
