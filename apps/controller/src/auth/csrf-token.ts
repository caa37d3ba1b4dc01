import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What a page must send with a cookie to change anything: only pages that could read the answer to the sign-in know it, and
 * those are our own. It is derived from the secret of the cookie, so that it needs no place of its own.
 */
export const csrfTokenOf = (cookieSecret: string): string =>
  createHmac('sha256', cookieSecret).update('patronus csrf token').digest('base64url');

export function isCsrfToken(cookieSecret: string, shown: string): boolean {
  const [expected, given] = [Buffer.from(csrfTokenOf(cookieSecret)), Buffer.from(shown)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
