import type { Command } from 'commander';
import type { Deletion, Site, SiteDependencies } from '../api/resources.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface DeleteOptions extends ApiOptions {
  readonly purge?: boolean;
  readonly force?: boolean;
}

const pathOf = (site: string): string => `/sites/${encodeURIComponent(site)}`;

/** Deleting sites, and taking it back. */
export function addSiteDeletion(sites: Command, terminal: Terminal): void {
  const dependencies = withApiOptions(
    sites.command('dependencies <site>').description('what goes when a site is deleted, and which policies name it'),
  );
  withExamples(dependencies, ['sites dependencies berlin', 'sites dependencies berlin --json']).action(
    (site: string, options: ApiOptions) =>
      answer(terminal, options, (api) => api.get<SiteDependencies>(`${pathOf(site)}/dependencies`), dependencyText),
  );

  const remove = withApiOptions(
    sites
      .command('delete <site>')
      .description('take a site with its endpoints out of the network; 30 days to restore it'),
  )
    .option('--purge', 'for good, at once; also a site that is deleted already')
    .option('--force', 'although policies name it: they match nothing of it then');
  withExamples(remove, ['sites delete berlin', 'sites delete berlin --force', 'sites delete berlin --purge']).action(
    (site: string, options: DeleteOptions) =>
      answer(
        terminal,
        options,
        async (api) => {
          if (options.json !== true) {
            const goes = await api.get<SiteDependencies>(`${pathOf(site)}/dependencies`);
            printLine(terminal.stdout, dependencyText(goes));
          }
          return await api.delete<Deletion>(pathOf(site), { purge: options.purge, force: options.force });
        },
        ({ message }) => message,
      ),
  );

  const restore = withApiOptions(sites.command('restore <site>').description('put a deleted site back as it was'));
  withExamples(restore, ['sites list --deleted', 'sites restore berlin']).action((site: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<Site>(`${pathOf(site)}/restore`),
      ({ name, endpoints }) => `restored ${name} with ${plural(endpoints.length, 'endpoint')}`,
    ),
  );
}

function dependencyText({ site, endpoints, paths, enrolment_keys, edges, policies }: SiteDependencies): string {
  const own = [
    plural(endpoints, 'endpoint'),
    plural(paths, 'path'),
    plural(enrolment_keys, 'enrolment key'),
    plural(edges, 'edge'),
  ];
  const naming = policies.length === 0 ? '' : `; named by policy ${policies.map(({ name }) => name).join(', ')}`;
  return `${site} has ${own.join(', ')}${naming}`;
}
