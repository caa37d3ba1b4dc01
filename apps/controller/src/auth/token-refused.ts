import { PatronusError } from '@patronus/core';

/** A bearer token that is not valid. */
export class TokenRefused extends PatronusError {
  /** In a few words, for the audit log; whoever showed the token learns no more than that it is not valid. */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super('unauthenticated', 'the access token or API key is not valid or has expired; sign in again', { cause });
    this.name = 'TokenRefused';
    this.reason = reason;
  }
}
