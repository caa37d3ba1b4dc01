import type { FastifyReply, FastifyRequest } from 'fastify';

const nameFor = ({ protocol }: FastifyRequest): string =>
  protocol === 'https' ? '__Host-patronus-sign-on' : 'patronus-sign-on';

/** Lax: the browser brings it along when another site sends it back here. */
const attributesFor = ({ protocol }: FastifyRequest) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: protocol === 'https' }) as const;

/** Ends with the browser's session at the latest; what it stands for is over sooner. */
export function setSignOnCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  void reply.setCookie(nameFor(request), secret, attributesFor(request));
}

/** The secret of the sign-on that a browser began; null where it began none. It is taken from the browser. */
export function takeSignOnCookie(request: FastifyRequest, reply: FastifyReply): string | null {
  const secret = request.cookies[nameFor(request)] ?? null;
  if (secret !== null) void reply.clearCookie(nameFor(request), attributesFor(request));
  return secret;
}
