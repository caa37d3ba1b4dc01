import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@patronus/core';

/**
 * What an operator hands to a new edge: one line that says which authority to trust and which key to show. The address
 * travels beside it (`patronus edge join URL KEY`). The CA fingerprint is SHA-256 over the DER certificate, in hex.
 *
 * Text form: `pt1.<fingerprint>.<secret>`.
 */
export interface JoinToken {
  readonly caFingerprint: string;
  readonly secret: string;
}

const form = /^pt1\.([0-9a-f]{64})\.([A-Za-z0-9_-]{20,64})$/;

export const formatJoinToken = (token: JoinToken): string => `pt1.${token.caFingerprint}.${token.secret}`;

export function parseJoinToken(text: string): Result<JoinToken, string> {
  const match = form.exec(text.trim());
  if (match === null) {
    return err('the enrolment key is malformed; copy it whole, it looks like pt1.<64 hex digits>.<secret>');
  }
  return ok({ caFingerprint: match[1]!, secret: match[2]! });
}

/** How certificates are named in tokens and challenges: SHA-256 over the DER form, in lower-case hex. */
export const certificateFingerprint = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');
