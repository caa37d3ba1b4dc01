import { messageOf } from '@patronus/core';

/** Why events did not reach a sink. The message holds no secret, and nothing that a receiver answered but its status. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** The receiver works and does not want this: trying for long would only hold up what comes after. */
  readonly isRefusal: boolean;
  /** How long the receiver asks us to wait, ms. */
  readonly retryAfterMs: number;

  constructor(message: string, options: { isRefusal?: boolean; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isRefusal = options.isRefusal ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** What a socket or a library threw, without what it may have quoted. */
export function connectionError(thrown: unknown): SendError {
  if (thrown instanceof SendError) return thrown;
  const { code, name } = thrown as { code?: unknown; name?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return new SendError('no answer in time', { cause: thrown });
  const isCode = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code);
  return new SendError(isCode ? `the connection failed: ${code}` : messageOf(thrown).slice(0, 200), { cause: thrown });
}
