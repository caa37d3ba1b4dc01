import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** Time steps of RFC 6238, section 5.2: what authenticator apps expect. */
const periodSeconds = 30;
/** Codes of the step before and after count too: clocks of telephones differ, and typing takes time. */
const window = 1;

const generator = (secret: string, username: string): TOTP =>
  new TOTP({ issuer: 'Patronus', label: username, algorithm: 'SHA1', digits: 6, period: periodSeconds, secret });

/** A new secret in base32: 160 bits, as RFC 4226, section 4 recommends. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** What an authenticator app reads, often as a QR code. */
export const totpUri = (secret: string, username: string): string => generator(secret, username).toString();

/** The time step that a code belongs to, counted from 1970; null for a wrong one. */
export function totpStep(secret: string, code: string, nowMs: number): number | null {
  const delta = generator(secret, '').validate({ token: code, timestamp: nowMs, window });
  return delta === null ? null : Math.floor(nowMs / 1_000 / periodSeconds) + delta;
}

export const isTotpCode = (code: string): boolean => /^\d{6}$/.test(code);

const recoveryCodeCount = 10;
/** Letters and digits that nobody mistakes for others (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Codes of 80 bits each, such as `7k2m-x0qa-9ftd-5w3h`: no guess finds one, and no slow hash is needed to keep them. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: recoveryCodeCount }, () => {
    const letters = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]);
    return letters.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
  });

/** As it was given, however it was typed. */
export const plainRecoveryCode = (code: string): string => code.toLowerCase().replaceAll(/[^0-9a-z]/g, '');
