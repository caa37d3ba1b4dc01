import { accountFeature } from '../features/account/feature.ts';
import { applicationFeature } from '../features/applications/feature.ts';
import { auditFeature } from '../features/audit/feature.ts';
import { classFeature } from '../features/classes/feature.ts';
import { deviceSignInFeature } from '../features/device-sign-in/feature.ts';
import { eventFeature } from '../features/events/feature.ts';
import { flowFeature } from '../features/flows/feature.ts';
import { hostSetFeature } from '../features/host-sets/feature.ts';
import { keyFeature } from '../features/keys/feature.ts';
import { labFeature } from '../features/lab/feature.ts';
import { overviewFeature } from '../features/overview/feature.ts';
import { pathFeature } from '../features/paths/feature.ts';
import { peopleFeature } from '../features/people/feature.ts';
import { policyFeature } from '../features/policies/feature.ts';
import { settingsFeature } from '../features/settings/feature.ts';
import { sinkFeature } from '../features/sinks/feature.ts';
import { siteFeature } from '../features/sites/feature.ts';
import { slaFeature } from '../features/sla/feature.ts';
import { topologyFeature } from '../features/topology/feature.ts';
import { trafficFeature } from '../features/traffic/feature.ts';
import { transportLinkFeature } from '../features/transport-links/feature.ts';
import type { Feature } from '../shared/feature.ts';

/** All that the page has, in the order of its menu. */
export const features: readonly Feature[] = [
  overviewFeature,
  topologyFeature,
  siteFeature,
  pathFeature,
  transportLinkFeature,
  policyFeature,
  hostSetFeature,
  classFeature,
  trafficFeature,
  flowFeature,
  slaFeature,
  applicationFeature,
  eventFeature,
  labFeature,
  auditFeature,
  sinkFeature,
  peopleFeature,
  keyFeature,
  settingsFeature,
  accountFeature,
  deviceSignInFeature,
];
