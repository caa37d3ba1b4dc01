import { readFile } from 'node:fs/promises';
import type { Validator } from 'typebox/compile';
import { parse } from 'yaml';
import { InvalidInputError, messageOf, type FieldProblem } from '@patronus/core';

/** More tell a reader nothing: one wrong shape repeats in every item of a list. */
const maxProblemsShown = 8;

/**
 * Reads a YAML file that must fit a schema.
 * @throws InvalidInputError naming every wrong field, each with the file in front.
 */
export async function readYaml(file: string, validator: Validator): Promise<unknown> {
  let value: unknown;
  try {
    value = parse(await readFile(file, 'utf8'), { prettyErrors: true });
  } catch (cause) {
    throw new InvalidInputError([{ field: file, problem: messageOf(cause), remedy: 'name a readable YAML file' }]);
  }
  const problems = schemaProblems(validator, value);
  if (problems.length > 0) throw fileProblems(file, problems);
  return value;
}

/** What is wrong with a value, and where; nothing where the schema lets it pass. `within` is the name of the value itself. */
export function schemaProblems(validator: Validator, value: unknown, within = ''): FieldProblem[] {
  if (validator.Check(value)) return [];
  return validator
    .Errors(value)
    .filter((error) => error.keyword !== 'boolean')
    .map((error) => ({
      field: [within, fieldName(error.instancePath)].filter((part) => part !== '').join('.') || '(whole)',
      problem: problemOf(error),
    }));
}

/** The same problems with the file named in each. */
export const fileProblems = (file: string, problems: readonly FieldProblem[]): InvalidInputError =>
  new InvalidInputError(
    problems.slice(0, maxProblemsShown).map((problem) => ({ ...problem, field: `${file}: ${problem.field}` })),
  );

function problemOf(error: { message: string; params: object }): string {
  if ('additionalProperties' in error.params) return `has no field ${String(error.params.additionalProperties)}`;
  if ('allowedValues' in error.params)
    return `must be one of ${String(error.params.allowedValues).replaceAll(',', ', ')}`;
  return error.message;
}

const fieldName = (pointer: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
