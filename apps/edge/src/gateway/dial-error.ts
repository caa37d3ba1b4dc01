import { messageOf, PatronusError, systemClock } from '@patronus/core';
import { errnoOf } from '../state/index.ts';
import { clockTrouble } from './trust.ts';

const unreachable = new Map([
  ['ECONNREFUSED', 'nothing listens there; is the controller running, and is this its edge port?'],
  ['EHOSTUNREACH', 'there is no route to it; check the uplink'],
  ['ENETUNREACH', 'there is no route to it; check the uplink'],
  ['EADDRNOTAVAIL', 'this machine no longer has the address to call from'],
  ['ENOTFOUND', 'its name does not resolve; check the address and DNS'],
  ['EAI_AGAIN', 'its name cannot be resolved now; check DNS'],
  ['ECONNRESET', 'the connection was cut; is a TLS edge gateway listening there?'],
  ['EPIPE', 'the connection was cut'],
  ['EPROTO', 'it does not speak TLS; is this the edge port (8443 by default), not the API port?'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS; is this the edge port, not the API port?'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS; is this the edge port, not the API port?'],
]);

const foreignAuthority = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** Why a controller at `host` was not reached, in words that name the remedy; `cause` has the rest. */
export function dialError(error: unknown, host: string): PatronusError {
  if (error instanceof PatronusError) return error;
  const errno = errnoOf(error) ?? '';
  const facts = { host, errno };
  if (
    error instanceof Error &&
    (error.name === 'AbortError' || error.name === 'TimeoutError' || errno === 'ETIMEDOUT')
  ) {
    const text = `the controller at ${host} does not answer; check the address, the uplink and any firewall between`;
    return new PatronusError('timeout', text, { cause: error, facts });
  }
  if (errno === 'CERT_NOT_YET_VALID' || errno === 'CERT_HAS_EXPIRED') return clockTrouble(systemClock.wall(), null);
  if (foreignAuthority.has(errno)) {
    const text =
      `${host} is not the controller this edge joined: its certificate is from another authority (${errno}). ` +
      'If the controller was set up anew, join again with `patronus edge join --force`';
    return new PatronusError('untrusted_controller', text, { cause: error, facts });
  }
  const hint = unreachable.get(errno);
  const text = `cannot reach the controller at ${host}: ${hint ?? messageOf(error)}`;
  return new PatronusError('unreachable', text, { cause: error, facts });
}
