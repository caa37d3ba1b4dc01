import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import { challengeText, protocolVersion, type EdgeMessage } from '@patronus/protocol';
import type { Store } from '../database/index.ts';
import { edgeRepository, type EdgeRow } from '../repositories/index.ts';

export type Hello = Extract<EdgeMessage, { type: 'hello' }>;

/**
 * The enrolled edge that a hello comes from, once it has proved to hold its identity key. Errors: `protocol_violation`,
 * `forbidden` for a revoked edge and for one of a deleted site, `unauthenticated` for all else, so that a stranger learns
 * nothing.
 */
export async function authenticate(
  store: Store,
  hello: Hello,
  connection: { nonce: string; serverFingerprint: string },
): Promise<EdgeRow> {
  if (hello.protocol !== protocolVersion) throw otherProtocol(hello.protocol);
  const edge = await edgeRepository.find(store.db, hello.edgeId);
  const signed = challengeText({ ...connection, edgeId: hello.edgeId });
  if (edge === undefined || !isSignedBy(edge.identity_key, signed, hello.signature)) throw notEnrolled();
  checkStanding(edge);
  return edge;
}

const notEnrolled = (): PatronusError =>
  new PatronusError('unauthenticated', 'this edge is not enrolled here; join again with a new enrolment key');

/** Errors: `forbidden` for an edge that may not connect now, or never again; `unauthenticated` for one that is not known. */
export function checkStanding(edge: EdgeRow | undefined): void {
  if (edge === undefined) throw notEnrolled();
  if (edge.revoked_at !== null) {
    throw new PatronusError(
      'forbidden',
      `this edge of site ${edge.site} was revoked or replaced; join again with a new key`,
    );
  }
  if (edge.site_deleted_at !== null) throw siteDeleted(edge.site);
}

/** Why the edge of a deleted site is not let in; it keeps its keys, as the site may be restored. */
export const siteDeleted = (site: string): PatronusError =>
  new PatronusError(
    'forbidden',
    `site ${site} was deleted; this edge keeps its keys and may come back once it is restored`,
  );

export const otherProtocol = (spoken: number): PatronusError =>
  new PatronusError(
    'protocol_violation',
    `the edge speaks protocol ${spoken}, this controller ${protocolVersion}; update the older one`,
  );

/** Errors: `enrolment_refused` unless the text is an Ed25519 public key, SPKI DER in base64. */
export function checkIdentityKey(text: string): void {
  try {
    if (publicKey(text).asymmetricKeyType === 'ed25519') return;
  } catch {
    // The answer below says what is expected.
  }
  const message = 'the identity key of the edge is not an Ed25519 public key; use an edge of this version';
  throw new PatronusError('enrolment_refused', message);
}

const publicKey = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });

function isSignedBy(identityKey: string, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), publicKey(identityKey), Buffer.from(signature, 'base64'));
}
