import type { FieldProblem } from '@patronus/core';
import type { TLocalizedValidationError } from 'typebox/error';

/** What a schema found wrong, in words and with one problem per field; `whole` names the input itself. */
export function problemsOf(errors: readonly TLocalizedValidationError[], whole: string): FieldProblem[] {
  const byField = Map.groupBy(errors, (error) => error.instancePath);
  const unknown = new Set(
    errors.flatMap((error) => unknownFields(error).map((name) => `${error.instancePath}/${name}`)),
  );
  return [...byField].flatMap(([path, group]) => {
    if (unknown.has(path)) return [{ field: fieldName(path, whole), problem: 'is unknown', remedy: 'leave it out' }];
    const missing = group.flatMap((error) =>
      error.keyword === 'required' ? error.params.requiredProperties.map((name) => `${path}/${name}`) : [],
    );
    if (missing.length > 0) return missing.map((each) => ({ field: fieldName(each, whole), problem: 'is missing' }));
    const told = group.filter((error) => !structural.has(error.keyword)).map(describe);
    const alternatives = [...new Set(told)];
    return alternatives.length === 0 ? [] : [{ field: fieldName(path, whole), problem: alternatives.join(' or ') }];
  });
}

/** Keywords that only say that something inside was wrong. */
const structural = new Set(['anyOf', 'additionalProperties', 'required']);

const unknownFields = (error: TLocalizedValidationError): readonly string[] =>
  error.keyword === 'additionalProperties' ? error.params.additionalProperties : [];

function describe(error: TLocalizedValidationError): string {
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  return error.message;
}

const fieldName = (pointer: string, whole: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.') || whole;
