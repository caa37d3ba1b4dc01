import type { Command } from 'commander';
import { findPath, pathArgument } from '../api/find-path.ts';
import type { PathCheck, PathFailover, PathRelease } from '../api/resources.ts';
import { formatMs, formatPercent, formatTime } from '../format.ts';
import { renderFacts } from '../table.ts';
import { healthStyle, type Paint, type Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { outOfUseBody, withOutOfUseOptions, type OutOfUseOptions } from './out-of-use.ts';

/** `paths check`, `paths failover` and `paths release`. */
export function addPathOperations(paths: Command, terminal: Terminal): void {
  const check = withApiOptions(paths.command('check').description('probe a path now, from the edge at its source'));
  check.argument('<path>', pathArgument);
  withExamples(check, ['paths check branch/mpls:hq']).action((path: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => api.post<PathCheck>(`/paths/${(await findPath(api, path)).id}/check`, undefined),
      describeCheck,
    ),
  );

  const failover = withApiOptions(paths.command('failover').description('move traffic off a path now')).argument(
    '<path>',
    pathArgument,
  );
  withOutOfUseOptions(failover, 'released');
  withExamples(failover, [
    'paths failover branch/mpls:hq --reason "line is rebuilt"',
    'paths failover branch/mpls:hq --reason "line is rebuilt" --for 30m',
  ]).action((path: string, options: OutOfUseOptions) =>
    answer(
      terminal,
      options,
      async (api) => api.post<PathFailover>(`/paths/${(await findPath(api, path)).id}/failover`, outOfUseBody(options)),
      describeFailover,
    ),
  );

  const release = withApiOptions(paths.command('release').description('let a path be used again'));
  release.argument('<path>', pathArgument);
  withExamples(release, ['paths release branch/mpls:hq']).action((path: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => api.delete<PathRelease>(`/paths/${(await findPath(api, path)).id}/failover`),
      ({ message }) => message,
    ),
  );
}

const describeCheck = (check: PathCheck, paint: Paint): string =>
  renderFacts([
    ['path', `${check.source_site}/${check.source_label} → ${check.dest_site}/${check.dest_label}`],
    ['state', paint(healthStyle[check.health_status], check.health_status) + (check.cause ? ` (${check.cause})` : '')],
    ['answered', `${check.answered} of ${check.sent}`],
    ['loss', formatPercent(check.loss)],
    ['round trips', check.probes.map(({ rtt }) => formatMs(rtt)).join(', ')],
    ['shortest', formatMs(check.rtt_min)],
    ['median', formatMs(check.rtt_median)],
  ]);

function describeFailover({ message, path }: PathFailover): string {
  const end = path.override?.expires_at ?? null;
  return end === null ? message : `${message}; until ${formatTime(end)}`;
}
