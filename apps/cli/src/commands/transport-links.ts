import { InvalidArgumentError, type Command } from 'commander';
import type { TransportLink } from '../api/resources.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface TransportLinks {
  /** Null: every label reaches every other. */
  readonly links: readonly TransportLink[] | null;
}

export function addTransportLinks(program: Command, terminal: Terminal): void {
  const links = program.command('transport-links').description('which transport labels reach each other');
  withExamples(links, ['transport-links', 'transport-links set mpls=mpls broadband=lte', 'transport-links clear']);

  const list = withApiOptions(links.command('list', { isDefault: true }).description('the links in force'));
  withExamples(list, ['transport-links', 'transport-links --json']).action((options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<TransportLinks>('/transport-links'), print),
  );

  const set = withApiOptions(
    links.command('set').description('allow exactly these links').argument('<a=b...>', 'pairs', collect),
  );
  withExamples(set, ['transport-links set mpls=mpls broadband=broadband broadband=lte']).action(
    (pairs: readonly TransportLink[], options: ApiOptions) =>
      answer(terminal, options, (api) => api.put<TransportLinks>('/transport-links', { links: pairs }), print),
  );

  const clear = withApiOptions(links.command('clear').description('let every label reach every other'));
  withExamples(clear, ['transport-links clear']).action((options: ApiOptions) =>
    answer(terminal, options, (api) => api.put<TransportLinks>('/transport-links', { links: null }), print),
  );
}

function collect(text: string, previous: readonly TransportLink[] = []): TransportLink[] {
  const [, a, b] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (a === undefined || b === undefined)
    throw new InvalidArgumentError('Write two labels as A=B, such as broadband=lte.');
  return [...previous, { a, b }];
}

const print = ({ links }: TransportLinks): string =>
  links === null
    ? 'every label reaches every other'
    : renderTable(
        [
          { title: 'LABEL', cell: (link: TransportLink) => link.a },
          { title: 'REACHES', cell: (link: TransportLink) => link.b },
        ],
        links,
      );
