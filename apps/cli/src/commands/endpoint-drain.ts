import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Endpoint, Path } from '../api/resources.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { outOfUseBody, withOutOfUseOptions, type OutOfUseOptions } from './out-of-use.ts';

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
  );
  withOutOfUseOptions(drain, 'undrained');
  withExamples(drain, ['endpoints drain branch/mpls --reason "line is rebuilt" --for 2h']).action(
    (reference: string, options: OutOfUseOptions) =>
      answer(
        terminal,
        options,
        async (api) =>
          api.post<EndpointDrain>(`/endpoints/${(await find(api, reference)).id}/drain`, outOfUseBody(options)),
        (told) => [told.message, ...movesOf(told)].join('\n'),
      ),
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
