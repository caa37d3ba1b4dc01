/** The history of the tables, oldest first. A migration that was released never changes; a new one is added after it. */
import type { Migration } from 'kysely/migration';
import * as network from './0001-network.ts';
import * as edges from './0002-edges.ts';
import * as telemetry from './0003-telemetry.ts';
import * as signIn from './0004-sign-in.ts';
import * as audit from './0005-audit.ts';
import * as pathOverrides from './0006-path-overrides.ts';
import * as deletion from './0007-deletion.ts';
import * as versions from './0020-versions.ts';
import * as idempotency from './0021-idempotency.ts';

export const migrations: Record<string, Migration> = {
  '0001-network': network,
  '0002-edges': edges,
  '0003-telemetry': telemetry,
  '0004-sign-in': signIn,
  '0005-audit': audit,
  '0006-path-overrides': pathOverrides,
  '0007-deletion': deletion,
  '0020-versions': versions,
  '0021-idempotency': idempotency,
};
