/**
 * The history of the tables, oldest first, of both databases. A migration that was released never changes; a new one is added
 * after it. Tables are defined in SQLite's words, see `postgres-words.ts` and docs/databases.md.
 */
import type { Migration } from 'kysely/migration';
import * as network from './0001-network.ts';
import * as edges from './0002-edges.ts';
import * as telemetry from './0003-telemetry.ts';
import * as signIn from './0004-sign-in.ts';
import * as audit from './0005-audit.ts';
import * as pathOverrides from './0006-path-overrides.ts';
import * as deletion from './0007-deletion.ts';
import * as users from './0010-users.ts';
import * as apiKeys from './0011-api-keys.ts';
import * as secrets from './0012-secrets.ts';
import * as totp from './0013-totp.ts';
import * as passkeys from './0014-passkeys.ts';
import * as traffic from './0015-traffic.ts';
import * as versions from './0020-versions.ts';
import * as idempotency from './0021-idempotency.ts';
import * as eventAcknowledgement from './0025-event-acknowledgement.ts';
import * as eventSinks from './0026-event-sinks.ts';
import * as auditCuts from './0027-audit-cuts.ts';
import * as policyLanguage from './0030-policy-language.ts';
import * as applications from './0035-applications.ts';
import * as pathOrder from './0040-path-order.ts';
import * as duplication from './0045-duplication.ts';
import * as qos from './0050-qos.ts';
import * as sla from './0051-sla.ts';
import * as singleSignOn from './0060-single-sign-on.ts';
import * as auditErasures from './0061-audit-erasures.ts';
import * as sitePlaces from './0070-site-places.ts';
import * as accountVersions from './0080-account-versions.ts';
import * as deletedEndpoints from './0081-deleted-endpoints.ts';
import * as deviceSignIns from './0082-device-sign-ins.ts';
import * as outerDscp from './0085-outer-dscp.ts';
import * as farEnds from './0086-far-ends.ts';

export const migrations: Record<string, Migration> = {
  '0001-network': network,
  '0002-edges': edges,
  '0003-telemetry': telemetry,
  '0004-sign-in': signIn,
  '0005-audit': audit,
  '0006-path-overrides': pathOverrides,
  '0007-deletion': deletion,
  '0010-users': users,
  '0011-api-keys': apiKeys,
  '0012-secrets': secrets,
  '0013-totp': totp,
  '0014-passkeys': passkeys,
  '0015-traffic': traffic,
  '0020-versions': versions,
  '0021-idempotency': idempotency,
  '0025-event-acknowledgement': eventAcknowledgement,
  '0026-event-sinks': eventSinks,
  '0027-audit-cuts': auditCuts,
  '0030-policy-language': policyLanguage,
  '0035-applications': applications,
  '0040-path-order': pathOrder,
  '0045-duplication': duplication,
  '0050-qos': qos,
  '0051-sla': sla,
  '0060-single-sign-on': singleSignOn,
  '0061-audit-erasures': auditErasures,
  '0070-site-places': sitePlaces,
  '0080-account-versions': accountVersions,
  '0081-deleted-endpoints': deletedEndpoints,
  '0082-device-sign-ins': deviceSignIns,
  '0085-outer-dscp': outerDscp,
  '0086-far-ends': farEnds,
};
