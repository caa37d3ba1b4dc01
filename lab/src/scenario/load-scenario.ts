import type { FieldProblem } from '@patronus/core';
import { fileProblems, readYaml, schemaProblems } from '../check-yaml.ts';
import { fromYaml, type RawScenario } from './from-yaml.ts';
import { scenarioProblems } from './scenario-problems.ts';
import type { Scenario } from './scenario.ts';
import { checkSchemas, fileSchema, stepSchemas, streamSchemas } from './scenario-schema.ts';

/**
 * Reads a scenario, all of it, before anything is done.
 * @throws InvalidInputError with every problem and its field.
 */
export async function loadScenario(file: string): Promise<Scenario> {
  const raw = (await readYaml(file, fileSchema)) as RawScenario;
  const malformed = [
    ...raw.streams.flatMap((stream, index) => schemaProblems(streamSchemas[stream.kind], stream, `streams[${index}]`)),
    ...(raw.steps ?? []).flatMap((step, index) => schemaProblems(stepSchemas[step.do], step, `steps[${index}]`)),
    ...raw.expect.flatMap((entry, index) => schemaProblems(checkSchemas[entry.check], entry, `expect[${index}]`)),
  ];
  if (malformed.length > 0) throw fileProblems(file, malformed);
  const problems: FieldProblem[] = [];
  const scenario = fromYaml(raw, problems);
  problems.push(...scenarioProblems(scenario));
  if (problems.length > 0) throw fileProblems(file, problems);
  return scenario;
}
