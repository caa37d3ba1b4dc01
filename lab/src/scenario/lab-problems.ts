import type { FieldProblem } from '@patronus/core';
import type { LabPlan } from '../topology/index.ts';
import type { Scenario } from './scenario.ts';

/** Something of the lab that a scenario speaks of, and where it does. */
interface Reference {
  readonly field: string;
  readonly site: string;
  readonly endpoint?: string | undefined;
  readonly host?: string | undefined;
}

/** What a scenario asks for that this lab does not have. */
export const labProblems = (scenario: Scenario, plan: Pick<LabPlan, 'sites' | 'lines'>): FieldProblem[] =>
  references(scenario).flatMap((reference) => problemOf(reference, plan));

function references(scenario: Scenario): Reference[] {
  return [
    ...scenario.before.flatMap(({ from, to }, index) => siteRefs(`before[${index}]`, [from, to])),
    ...scenario.streams.flatMap(({ name, from, to }) => [
      { field: `stream ${name}.from`, ...from },
      { field: `stream ${name}.to`, ...to },
    ]),
    ...scenario.steps.flatMap(({ name, action }): Reference[] => {
      const field = `step ${name}`;
      if ('program' in action) {
        return action.program === 'controller' ? [] : siteRefs(field, [action.program.replace('edge:', '')]);
      }
      return action.site === undefined ? [] : [{ field, site: action.site, endpoint: action.endpoint }];
    }),
    ...scenario.expect.flatMap((entry, index): Reference[] => {
      const field = `expect[${index}]`;
      if ('from' in entry) {
        const endpoint = 'endpoint' in entry ? entry.endpoint : undefined;
        return [{ field, site: entry.from, endpoint }, ...siteRefs(field, [entry.to])];
      }
      return 'site' in entry && entry.site !== undefined ? siteRefs(field, [entry.site]) : [];
    }),
  ];
}

const siteRefs = (field: string, sites: readonly string[]): Reference[] => sites.map((site) => ({ field, site }));

function problemOf({ field, site, endpoint, host }: Reference, plan: Pick<LabPlan, 'sites' | 'lines'>): FieldProblem[] {
  const found = plan.sites.find((candidate) => candidate.name === site);
  if (found === undefined) {
    const remedy = `its sites are ${plan.sites.map(({ name }) => name).join(', ')}`;
    return [{ field, problem: `the lab has no site "${site}"`, remedy }];
  }
  if (host !== undefined && !found.hosts.some(({ name }) => name === host)) {
    const remedy = `its hosts are ${found.hosts.map(({ name }) => name).join(', ')}`;
    return [{ field, problem: `site ${site} has no host "${host}"`, remedy }];
  }
  const labels = plan.lines.filter((line) => line.site === site).map(({ label }) => label);
  if (endpoint === undefined || labels.includes(endpoint)) return [];
  return [{ field, problem: `site ${site} has no line "${endpoint}"`, remedy: `its lines are ${labels.join(', ')}` }];
}
