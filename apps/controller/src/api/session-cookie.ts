import type { FastifyReply, FastifyRequest } from 'fastify';

/** Over TLS with the prefix by which browsers hold a cookie to this very host (RFC 6265bis, section 4.1.3.2). */
const nameFor = ({ protocol }: FastifyRequest): string => (protocol === 'https' ? '__Host-patronus' : 'patronus');

/** The secret of the session that a browser sends; null where it sends none. */
export const sessionCookie = (request: FastifyRequest): string | null => request.cookies[nameFor(request)] ?? null;

const attributesFor = ({ protocol }: FastifyRequest) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: protocol === 'https' }) as const;

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  expiresAt: number,
): void {
  void reply.setCookie(nameFor(request), secret, { ...attributesFor(request), expires: new Date(expiresAt) });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameFor(request), attributesFor(request));
}
