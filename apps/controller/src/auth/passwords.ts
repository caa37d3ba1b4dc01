import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { InvalidInputError } from '@patronus/core';
import { passwordProblems } from './password-rules.ts';

/** Argon2id in PHC form. `words` are what guessing this user's password would start with. Errors: `invalid_input`. */
export async function newPasswordHash(password: string, field: string, words: readonly string[]): Promise<string> {
  const problems = await passwordProblems(password, field, words);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return hash(password);
}

/** Of a password that nobody knows, for a user who has yet to choose one. */
export const unknownPasswordHash = (): Promise<string> => hash(randomBytes(24).toString('base64url'));

/** Compared with where the user is unknown, so that the answer takes as long. */
const decoy = unknownPasswordHash();

/** Whether it is the password of a user; null stands for a user who is not there. */
export const isPassword = async (user: { readonly password_hash: string } | null, password: string): Promise<boolean> =>
  (await verify(user?.password_hash ?? (await decoy), password)) && user !== null;
