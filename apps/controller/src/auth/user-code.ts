import { randomInt } from 'node:crypto';
import { InvalidInputError } from '@patronus/core';

/** Letters that make no words and are not mistaken for others (RFC 8628, section 6.1). */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
/** 20^8, over 34 bits: at ten tries a minute, nobody finds one within the ten minutes of its life. */
const length = 8;
const form = new RegExp(`^[${alphabet}]{${length}}$`);

export const newUserCode = (): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** As people read it: `WDJB-MJHT`. */
export const shownUserCode = (code: string): string => `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;

/** As it is stored, however it was typed. Errors: `invalid_input` for what can be none. */
export function plainUserCode(typed: string): string {
  const code = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  if (form.test(code)) return code;
  const problem = 'is not the code of a sign-in';
  throw new InvalidInputError([
    { field: 'code', problem, remedy: 'write it as the terminal shows it, like WDJB-MJHT' },
  ]);
}
