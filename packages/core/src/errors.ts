/** Every code a user can meet; one place (see each program's edge) turns them into HTTP, GraphQL or exit codes. */
export type ErrorCode =
  | 'invalid_input'
  | 'not_found'
  | 'conflict'
  | 'version_mismatch'
  | 'idempotency_key_reused'
  | 'unauthenticated'
  | 'mfa_required'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'forbidden'
  | 'rate_limited'
  | 'exhausted'
  | 'too_large'
  | 'unsupported_kernel'
  | 'missing_tool'
  | 'command_failed'
  | 'command_timeout'
  | 'kernel_refused'
  | 'address_in_use'
  | 'disk_full'
  | 'database_newer'
  | 'database_unavailable'
  | 'untrusted_controller'
  | 'enrolment_refused'
  | 'protocol_violation'
  | 'unreachable'
  | 'timeout'
  | 'internal';

/**
 * The root of all errors that Patronus raises. `message` is safe to show: it names what was wrong and the remedy,
 * and holds no secret. `facts` carries the same as data, for programs.
 */
export class PatronusError extends Error {
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; facts?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PatronusError';
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** One wrong field of an input: where it is (`site.prefixes[2]`), what is wrong, and how to mend it. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly remedy?: string;
}

/** Every problem of one input at once, so that a user mends it in one go. */
export class InvalidInputError extends PatronusError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    const text = problems.map((p) => `${p.field}: ${p.problem}${p.remedy === undefined ? '' : `; ${p.remedy}`}`);
    super('invalid_input', text.join('. '), { facts: { problems } });
    this.name = 'InvalidInputError';
    this.problems = problems;
  }
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
