import type { FieldProblem } from '@patronus/core';
import { isGuessable } from './guessable.ts';

const minLength = 12;
/** Argon2 takes any length; hashing megabytes for a stranger would be a gift to them. */
const maxLength = 256;

const kinds: readonly [RegExp, string][] = [
  [/\p{Lu}/u, 'an upper-case letter'],
  [/\p{Ll}/u, 'a lower-case letter'],
  [/\d/, 'a digit'],
  [/[^\p{L}\d\s]/u, 'a symbol'],
];

/** What is wrong with a new password, each with its remedy; empty when it will do. `words` are what guessing would start with. */
export async function passwordProblems(
  password: string,
  field: string,
  words: readonly string[],
): Promise<FieldProblem[]> {
  if (password.length < minLength) {
    return [{ field, problem: `is shorter than ${minLength} characters`, remedy: 'use a longer one' }];
  }
  if (password.length > maxLength) return [{ field, problem: `is longer than ${maxLength} characters` }];
  const missing = kinds.filter(([kind]) => !kind.test(password)).map(([, name]) => name);
  if (missing.length > 0) {
    return [{ field, problem: `has not every kind of character`, remedy: `add ${missing.join(', ')}` }];
  }
  return (await isGuessable(password, words))
    ? [{ field, problem: 'is a common password', remedy: 'use one that nobody else would' }]
    : [];
}
