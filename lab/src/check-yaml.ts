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
  if (validator.Check(value)) return value;
  throw fileProblems(
    file,
    validator.Errors(value).map((error) => ({ field: fieldName(error.instancePath), problem: problemOf(error) })),
  );
}

/** The same problems with the file named in each. */
export const fileProblems = (file: string, problems: readonly FieldProblem[]): InvalidInputError =>
  new InvalidInputError(
    problems.slice(0, maxProblemsShown).map((problem) => ({ ...problem, field: `${file}: ${problem.field}` })),
  );

const problemOf = (error: { message: string; params: object }): string =>
  'additionalProperties' in error.params
    ? `${error.message}: ${String(error.params.additionalProperties)}`
    : error.message;

const fieldName = (pointer: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.') || '(whole)';
