import type { FastifyRequest } from 'fastify';
import type { PasskeySite } from '../services/passkey-service.ts';

/** The page that a request comes from: that of this controller, as {@link checkOrigin} lets no other pass. */
export const siteOf = ({
  protocol,
  host,
  hostname,
}: Pick<FastifyRequest, 'protocol' | 'host' | 'hostname'>): PasskeySite => ({
  origin: `${protocol}://${host}`,
  host: hostname,
});
