import { InvalidInputError, PatronusError, type ErrorCode, type FieldProblem } from '@patronus/core';

/** How each code is answered over HTTP: status, and a title that is the same for every occurrence (RFC 9457, section 3.1). */
const answers: Record<ErrorCode, readonly [status: number, title: string]> = {
  invalid_input: [422, 'The input is not valid'],
  not_found: [404, 'There is no such thing'],
  conflict: [409, 'It conflicts with what is there'],
  version_mismatch: [412, 'It was changed meanwhile'],
  idempotency_key_reused: [422, 'The idempotency key was used for another request'],
  unauthenticated: [401, 'Sign-in is needed'],
  mfa_required: [401, 'A code is needed too'],
  authorization_pending: [400, 'Nobody has answered yet'],
  slow_down: [400, 'It is asked too often'],
  access_denied: [400, 'The sign-in was refused'],
  expired_token: [400, 'The sign-in is over'],
  forbidden: [403, 'This is not allowed'],
  rate_limited: [429, 'Too many requests'],
  exhausted: [409, 'No more can be had'],
  too_large: [413, 'The message is too large'],
  unsupported_kernel: [500, 'This machine cannot do it'],
  missing_tool: [500, 'A program is missing'],
  command_failed: [500, 'A command failed'],
  command_timeout: [504, 'A command took too long'],
  kernel_refused: [500, 'The kernel refused'],
  address_in_use: [500, 'The address is in use'],
  disk_full: [507, 'The disk is full'],
  database_newer: [500, 'The database is newer than the program'],
  database_unavailable: [503, 'The database cannot be used now'],
  untrusted_controller: [403, 'The controller is not trusted'],
  enrolment_refused: [403, 'The enrolment is refused'],
  protocol_violation: [400, 'The message does not follow the protocol'],
  unreachable: [502, 'It cannot be reached'],
  timeout: [504, 'It took too long'],
  internal: [500, 'The controller failed'],
};

/** A problem document (RFC 9457), with our stable code and the wrong fields. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly problems?: readonly FieldProblem[];
  /** With `version_mismatch`: the version that there is. */
  readonly current_version?: number;
}

/** The answer for anything that was thrown; what is not ours is told as `internal`, without its words. */
export function problemDocument(thrown: unknown): { status: number; body: ProblemDocument } {
  const error =
    thrown instanceof PatronusError
      ? thrown
      : new PatronusError('internal', 'the controller met an error that it did not expect; its log has the details');
  const [status, title] = answers[error.code];
  const problems = error instanceof InvalidInputError ? { problems: error.problems } : {};
  const current = error.facts['currentVersion'];
  const body = {
    type: `urn:patronus:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    ...problems,
    ...(typeof current === 'number' ? { current_version: current } : {}),
  };
  return { status, body };
}
