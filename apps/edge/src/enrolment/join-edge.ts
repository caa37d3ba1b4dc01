import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { hostname } from 'node:os';
import { InvalidInputError, PatronusError, systemClock, type Clock } from '@patronus/core';
import { parseJoinToken, protocolVersion, type EnrolRequest } from '@patronus/protocol';
import { loadEnrolment, openStateDir, saveEnrolment, type Enrolment } from '../state/index.ts';
import { readUplinks } from '../uplinks.ts';
import { assertNotRunning } from '../status/index.ts';
import { enrol } from './enrol.ts';
import { parseGatewayUrl } from '../gateway/index.ts';

export interface JoinOptions {
  readonly stateDir: string;
  /** Address of the controller's edge gateway. */
  readonly url: string;
  /** The enrolment key as the controller printed it, `pt1.…`. */
  readonly key: string;
  /** Join although this directory belongs to an edge already; its old identity is lost. */
  readonly force?: boolean;
  readonly clock?: Clock;
}

export interface JoinResult {
  readonly edgeId: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly url: string;
}

/**
 * Makes this machine an edge of the site that the key was made for, and keeps what it needs in the state directory.
 * Errors: `invalid_input` (address or key malformed), `conflict` (joined before, or running), `unreachable`, `timeout`,
 * `untrusted_controller` (nothing was sent), `enrolment_refused` (key expired, used up, revoked or unknown).
 */
export async function joinEdge(options: JoinOptions): Promise<JoinResult> {
  const url = parseGatewayUrl(options.url);
  const token = parseJoinToken(options.key);
  if (!token.ok) throw new InvalidInputError([{ field: 'key', problem: token.error }]);
  const paths = await openStateDir(options.stateDir);
  if (options.force !== true) await assertNotJoined(paths.enrolment);
  await assertNotRunning(paths);

  const { privateKey } = generateKeyPairSync('ed25519');
  const request: EnrolRequest = {
    protocol: protocolVersion,
    secret: token.value.secret,
    identityKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    hostname: hostname(),
    uplinks: readUplinks(),
  };
  const answer = await enrol(url, token.value.caFingerprint, request, options.clock ?? systemClock);
  const enrolment: Enrolment = {
    url: url.origin,
    caPem: answer.authority.toString(),
    ...answer.response,
    identityKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  await saveEnrolment(paths.enrolment, enrolment);
  return { ...answer.response, url: url.origin };
}

async function assertNotJoined(path: string): Promise<void> {
  const before = await loadEnrolment(path);
  if (before === null) return;
  throw new PatronusError(
    'conflict',
    `this edge belongs to site ${before.siteName} of ${before.url} already; ` +
      'leave it with `patronus edge clean --enrolment`, or join anyway with --force',
    { facts: { siteName: before.siteName, url: before.url } },
  );
}
