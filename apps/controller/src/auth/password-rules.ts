import type { FieldProblem } from '@patronus/core';

const minLength = 12;
/** Argon2 takes any length; hashing megabytes for a stranger would be a gift to them. */
const maxLength = 256;

const kinds: readonly [RegExp, string][] = [
  [/\p{Lu}/u, 'an upper-case letter'],
  [/\p{Ll}/u, 'a lower-case letter'],
  [/\d/, 'a digit'],
  [/[^\p{L}\d\s]/u, 'a symbol'],
];

/** Words that guessing starts with; a password that is one of them with digits and symbols around it is refused. */
const commonWords = [
  'password',
  'passw0rd',
  'p@ssword',
  'p@ssw0rd',
  'administrator',
  'changeme',
  'letmein',
  'patronus',
  'qwerty',
  'qwertyuiop',
  'welcome',
  'iloveyou',
  'monkey',
  'dragon',
  'football',
  'sunshine',
  'princess',
  'trustno1',
  'superman',
  'starwars',
];

/** What is wrong with a new password, each with its remedy; empty when it will do. */
export function passwordProblems(password: string, field: string): FieldProblem[] {
  if (password.length < minLength) {
    return [{ field, problem: `is shorter than ${minLength} characters`, remedy: 'use a longer one' }];
  }
  if (password.length > maxLength) return [{ field, problem: `is longer than ${maxLength} characters` }];
  const missing = kinds.filter(([kind]) => !kind.test(password)).map(([, name]) => name);
  if (missing.length > 0) {
    return [{ field, problem: `has not every kind of character`, remedy: `add ${missing.join(', ')}` }];
  }
  return isCommon(password)
    ? [{ field, problem: 'is a common password', remedy: 'use one that nobody else would' }]
    : [];
}

function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const stripped = lower.replaceAll(/^[^a-z]+|[^a-z]+$/g, '');
  return commonWords.some((word) => lower === word || stripped === word || stripped === word.replaceAll(/\d+$/g, ''));
}
