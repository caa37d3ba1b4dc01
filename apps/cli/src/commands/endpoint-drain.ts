import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Endpoint, Path } from '../api/resources.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface DrainOptions extends ApiOptions {
  readonly reason: string;
  readonly for?: number;
}

/** Of a drain and its undoing; what moves is told of the first only. */
interface EndpointDrain {
  readonly message: string;
  readonly paths: readonly Path[];
  readonly moves?: readonly { readonly policy: string; readonly source_site: string; readonly dest_site: string }[];
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
        async (api) => api.post<EndpointDrain>(`/endpoints/${(await find(api, reference)).id}/drain`, body),
        (told) => [told.message, ...movesOf(told)].join('\n'),
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
      async (api) => api.delete<EndpointDrain>(`/endpoints/${(await find(api, reference)).id}/drain`),
      ({ message }) => message,
    ),
  );
}

/** Which traffic moves, a line for each direction between two sites. */
const movesOf = ({ moves = [] }: EndpointDrain): string[] =>
  [...Map.groupBy(moves, ({ source_site, dest_site }) => `${source_site} → ${dest_site}`)].map(
    ([ends, each]) => `${ends}: ${each.map(({ policy }) => policy).join(', ')}`,
  );
