import type { X509Certificate } from 'node:crypto';
import { PatronusError, type Clock } from '@patronus/core';
import { certificateFingerprint } from '@patronus/protocol';

/** The certificate that a server showed, then its issuers as it showed them. */
export function presentedChain(leaf: X509Certificate): readonly X509Certificate[] {
  const chain = [leaf];
  for (let issuer = leaf.issuerCertificate; issuer !== undefined; issuer = issuer.issuerCertificate) {
    chain.push(issuer);
    if (chain.length === longestChain) break;
  }
  return chain;
}

/** The gateway's certificate is issued by its authority itself; more than a few in a row come from someone else. */
const longestChain = 5;

/**
 * The authority that the fingerprint names, if the server showed it and its own certificate is signed by that authority's
 * key; else error `untrusted_controller`. TLS itself has made sure that the server holds the key of the first certificate.
 */
export function trustedAuthority(
  chain: readonly X509Certificate[],
  expectedFingerprint: string,
  clock: Pick<Clock, 'wall'>,
): X509Certificate {
  const leaf = chain[0]!;
  const authority = chain.find((each) => each.ca && certificateFingerprint(each.raw) === expectedFingerprint);
  if (authority === undefined) {
    const found = certificateFingerprint(chain.at(-1)!.raw);
    throw new PatronusError(
      'untrusted_controller',
      `this is not the controller that made the enrolment key: the key names the authority ${expectedFingerprint}, ` +
        `the server shows ${found}; nothing was sent. Check the address, or make a new key on this controller`,
      { facts: { expectedFingerprint, foundFingerprint: found } },
    );
  }
  if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) {
    throw new PatronusError(
      'untrusted_controller',
      `the server shows the right authority (${expectedFingerprint}), but its own certificate is not signed by it; ` +
        'nothing was sent. Somebody may be between this edge and the controller',
      { facts: { expectedFingerprint, foundFingerprint: certificateFingerprint(leaf.raw) } },
    );
  }
  for (const certificate of [leaf, authority]) assertValidNow(certificate, clock.wall());
  return authority;
}

function assertValidNow(certificate: X509Certificate, wallMs: number): void {
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  if (wallMs >= from && wallMs <= to) return;
  throw clockTrouble(wallMs, { from, to });
}

/** A certificate's validity does not fit this machine's clock. */
export function clockTrouble(wallMs: number, validity: { from: number; to: number } | null): PatronusError {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const when = validity === null ? 'now' : `from ${iso(validity.from)} to ${iso(validity.to)}`;
  return new PatronusError(
    'untrusted_controller',
    `the controller's certificate is valid ${validity === null ? 'at another time' : when}, but this machine's clock ` +
      `says ${iso(wallMs)}; set the clock (timedatectl set-ntp true), or renew the controller's certificate if the clock is right`,
    { facts: { wallMs, ...validity } },
  );
}
