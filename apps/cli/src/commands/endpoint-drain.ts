import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Endpoint, Path, PathFailover, PathRelease } from '../api/resources.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface DrainOptions extends ApiOptions {
  readonly reason: string;
  readonly for?: number;
}

type FindEndpoint = (api: ApiClient, reference: string) => Promise<Endpoint>;

/** `endpoints drain` and `endpoints undrain`: traffic off every path of an uplink, in both directions, and back. */
export function addEndpointDrain(endpoints: Command, terminal: Terminal, find: FindEndpoint): void {
  const drain = withApiOptions(
    endpoints.command('drain <endpoint>').description('move traffic off every path from and to an uplink'),
  )
    .requiredOption('--reason <text>', 'why, for those who see traffic move')
    .option('--for <duration>', 'for how long, such as 30m; otherwise until it is undrained', parseDuration);
  withExamples(drain, ['endpoints drain branch/mpls --reason "line is rebuilt" --for 2h']).action(
    (reference: string, options: DrainOptions) => {
      const body = {
        reason: options.reason,
        ...(options.for === undefined ? {} : { expires_in_seconds: Math.round(options.for / 1000) }),
      };
      return answer(
        terminal,
        options,
        async (api) => {
          const told: PathFailover[] = [];
          for (const { id } of await pathsOf(api, await find(api, reference))) {
            told.push(await api.post<PathFailover>(`/paths/${id}/failover`, body));
          }
          return told;
        },
        (told) =>
          [...told.map(({ message }) => message), `${reference}: ${plural(told.length, 'path')} out of use`].join('\n'),
      );
    },
  );

  const undrain = withApiOptions(
    endpoints.command('undrain <endpoint>').description('let every path from and to an uplink be used again'),
  );
  withExamples(undrain, ['endpoints undrain branch/mpls']).action((reference: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => {
        const told: PathRelease[] = [];
        for (const { id, override } of await pathsOf(api, await find(api, reference))) {
          if (override !== null) told.push(await api.delete<PathRelease>(`/paths/${id}/failover`));
        }
        return told;
      },
      (told) => `${reference}: ${plural(told.length, 'path')} may be used again`,
    ),
  );
}

const pathsOf = async (api: ApiClient, { site, label }: Endpoint): Promise<Path[]> =>
  (await api.list<Path>('/paths')).filter(
    (path) =>
      (path.source_site === site && path.source_label === label) ||
      (path.dest_site === site && path.dest_label === label),
  );
