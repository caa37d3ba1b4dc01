import type { SignInService } from '../auth/index.ts';
import type { Store } from '../database/index.ts';
import type { AuditService } from '../services/audit-service.ts';
import type { DecisionService } from '../services/decision-service.ts';
import type { DocumentService } from '../services/document-service.ts';
import type { EdgeService } from '../services/edge-service.ts';
import type { EndpointService } from '../services/endpoint-service.ts';
import type { EnrolmentKeyService } from '../services/enrolment-key-service.ts';
import type { EventService } from '../services/event-service.ts';
import type { MetricService } from '../services/metric-service.ts';
import type { PathCheckService } from '../services/path-check-service.ts';
import type { PathOverrideService } from '../services/path-override-service.ts';
import type { PathService } from '../services/path-service.ts';
import type { PolicyDeletionService } from '../services/policy-deletion-service.ts';
import type { PolicyService } from '../services/policy-service.ts';
import type { Presence } from '../services/presence.ts';
import type { SiteDeletionService } from '../services/site-deletion-service.ts';
import type { SiteService } from '../services/site-service.ts';
import type { TransportLinkService } from '../services/transport-link-service.ts';
import type { Access } from './access.ts';

/** What the API asks and tells; REST and GraphQL share it. */
export interface ApiServices {
  readonly access: Access;
  readonly signIn: SignInService;
  readonly store: Store;
  readonly sites: SiteService;
  readonly siteDeletion: SiteDeletionService;
  readonly endpoints: EndpointService;
  readonly policies: PolicyService;
  readonly policyDeletion: PolicyDeletionService;
  readonly paths: PathService;
  readonly pathChecks: PathCheckService;
  readonly pathOverrides: PathOverrideService;
  readonly metrics: MetricService;
  readonly decisions: DecisionService;
  readonly events: EventService;
  readonly audit: AuditService;
  readonly enrolmentKeys: EnrolmentKeyService;
  readonly edges: EdgeService;
  readonly transportLinks: TransportLinkService;
  readonly documents: DocumentService;
  readonly presence: Presence;
}
